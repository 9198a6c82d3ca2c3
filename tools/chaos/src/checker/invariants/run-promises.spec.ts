import { describe, expect, it } from '@jest/globals';
import { brokenBy } from '../stories/verdict-of.js';
import { AGENT, Story } from '../stories/story.js';

/** Two attempts: the second one keeps five units. */
function takeover(kept = 5): Story {
  const story = new Story();
  story.send('ann', 'k1');
  story.stream('bob', 'r1', 'attempt', { base: 0 });
  story.stream('bob', 'r1', 'chunk', { off: 0, text: 'Hel' });
  story.stream('bob', 'r1', 'chunk', { off: 3, text: 'lo' });
  story.stream('bob', 'r1', 'attempt', { attempt: 2, base: kept });
  return story;
}

describe('stream', () => {
  it('allows what is legal: repeats, overlaps, losses, late packets, a takeover, snapshots', async () => {
    const story = takeover();
    story.stream('eve', 'r1', 'chunk', { off: 3, text: 'lo' });
    story.stream('bob', 'r1', 'chunk', { attempt: 2, off: 5, text: ', Bob' });
    story.stream('bob', 'r1', 'chunk', { attempt: 1, off: 2, text: 'll' });
    story.stream('eve', 'r1', 'snapshot', { attempt: 2, off: 0, text: 'Hello, B' });
    story.stream('eve', 'r1', 'chunk', { attempt: 2, off: 6, text: ' Bob!' });
    story.stream('eve', 'r1', 'ended', { attempt: 2, length: 11, status: 'completed' });
    story.endRun('r1', 'Hello, Bob!', { attempt: 2 });
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('allows an explicit reset', async () => {
    const story = takeover(0);
    story.stream('bob', 'r1', 'chunk', { attempt: 2, off: 0, text: 'Bye' });
    story.endRun('r1', 'Bye', { attempt: 2 });
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('allows a chain in which an attempt that nobody saw kept text', async () => {
    const story = takeover();
    story.stream('bob', 'r1', 'attempt', { attempt: 4, base: 6 });
    story.stream('bob', 'r1', 'chunk', { attempt: 4, off: 6, text: '?' });
    story.endRun('r1', 'Hello!?', { attempt: 4 });
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('sees two texts at one place of an attempt, whoever saw them', async () => {
    const story = takeover();
    story.stream('eve', 'r1', 'chunk', { off: 2, text: 'lls' });
    story.endRun('r1', 'Hello', { attempt: 2 });
    expect(await brokenBy(story.finish())).toContain('stream: attempt 1, offset 4: "s" shown, "o" shown before');
  });

  it('sees two texts at one place beyond a hole', async () => {
    const story = new Story();
    story.stream('bob', 'r1', 'chunk', { off: 3, text: 'abc' });
    story.stream('eve', 'r1', 'chunk', { off: 4, text: 'xc' });
    story.stream('eve', 'r1', 'snapshot', { off: 0, text: '123' });
    story.endRun('r1', '123axc');
    expect(await brokenBy(story.finish())).toContainEqual(expect.stringMatching(/^stream: attempt 1, offset 4: /));
  });

  it('sees text that was shown and not kept', async () => {
    const story = takeover(4);
    story.stream('bob', 'r1', 'chunk', { attempt: 2, off: 4, text: '!' });
    story.endRun('r1', 'Hell!', { attempt: 2 });
    expect(await brokenBy(story.finish())).toEqual(['stream: 5 units of attempt 1 were shown, attempt 2 kept 4']);
  });

  it('sees output of a stale attempt beyond what was kept', async () => {
    const story = takeover();
    story.stream('bob', 'r1', 'chunk', { attempt: 2, off: 5, text: ' Bob' });
    story.stream('eve', 'r1', 'chunk', { attempt: 1, off: 5, text: ' stale' });
    story.endRun('r1', 'Hello Bob', { attempt: 2 });
    expect(await brokenBy(story.finish())).toEqual(['stream: 11 units of attempt 1 were shown, attempt 2 kept 5']);
  });

  it('sees a takeover that mixes: what it kept is not what had been shown', async () => {
    const story = takeover();
    story.stream('bob', 'r1', 'chunk', { attempt: 2, off: 5, text: '!' });
    story.endRun('r1', 'HELLO!', { attempt: 2 });
    expect(await brokenBy(story.finish())).toContain(
      'stream: attempt 2, offset 1: "ello!" shown, "ELLO!" in the message',
    );
  });

  it.each([
    ['shorter', 'Hell'],
    ['different', 'Help!'],
    ['not there', undefined],
  ])('sees a message that is %s than what was shown last', async (_name, text) => {
    const story = takeover();
    story.endRun('r1', text ?? '', { attempt: 2, ...(text === undefined ? { length: 0 } : {}) });
    story.stream('bob', 'r1', 'chunk', { attempt: 2, off: 5, text: '!' });
    expect(await brokenBy(story.finish())).toContainEqual(expect.stringMatching(/^stream: attempt 2, offset/));
  });

  it('sees what was shown and never connected to the start, if it is not true', async () => {
    const story = new Story();
    story.stream('bob', 'r1', 'chunk', { off: 3, text: 'lo' });
    story.endRun('r1', 'Help!');
    expect(await brokenBy(story.finish())).toEqual(['stream: attempt 1, offset 3: "lo" shown, "p!" in the message']);
  });

  it('sees an end with another length or attempt, a base that differs, an attempt that never was, a run that is none', async () => {
    const story = takeover();
    story.stream('eve', 'r1', 'attempt', { attempt: 2, base: 3 });
    story.stream('eve', 'r1', 'ended', { attempt: 2, length: 4, status: 'completed' });
    story.stream('eve', 'r1', 'ended', { attempt: 1, length: 5, status: 'completed' });
    story.stream('eve', 'r1', 'attempt', { attempt: 3, base: 5 });
    story.stream('eve', 'r2', 'attempt', { attempt: 1, base: 0 });
    story.endRun('r1', 'Hello', { attempt: 2 });
    expect(await brokenBy(story.finish())).toEqual([
      'stream: attempt 2 began with base 5 and with 3',
      'stream: was told to end with attempt 2 with length 4; it is attempt 2 with 5',
      'stream: was told to end with attempt 1 with length 5; it is attempt 2 with 5',
      'stream: attempt 3 was shown, the last is 2',
      'stream: was shown, but does not exist',
    ]);
  });

  it('sees a run whose length or message differs from the log', async () => {
    const story = new Story();
    story.endRun('r1', 'Hello', { length: 4 });
    story.log()[0] = { seq: 1, id: 'm', type: 'message.sent', sender: AGENT, run: 'r1', text: 'Hallo' };
    expect(await brokenBy(story.finish())).toEqual(['stream: its message says "Hello", the log "Hallo"']);
  });

  it('compares units, not characters', async () => {
    const story = new Story();
    story.stream('bob', 'r1', 'chunk', { off: 0, text: 'a\ud83d' });
    story.stream('bob', 'r1', 'chunk', { off: 2, text: '\ude00\ufffc' });
    story.endRun('r1', 'a😀\ufffc');
    expect(await brokenBy(story.finish())).toEqual([]);
  });
});

describe('terminal', () => {
  it('sees a run that nobody ended', async () => {
    const story = new Story();
    story.endRun('r1', '', { status: 'running', text: '' });
    story.endRun('r2', '', { status: 'queued', text: '' });
    expect(await brokenBy(story.finish())).toEqual(['terminal: is still running', 'terminal: is still queued']);
  });

  it('sees two ends: told, in the log, in Postgres', async () => {
    const story = new Story();
    story.stream('bob', 'r1', 'ended', { length: 0, status: 'cancelled' });
    story.stream('eve', 'r1', 'ended', { length: 0, status: 'completed' });
    story.endRun('r1', '');
    const broken = await brokenBy(story.finish());
    expect(new Set(broken)).toEqual(new Set(['terminal: ended as cancelled and as completed']));
  });

  it('sees an end that the log tells differently', async () => {
    const story = new Story();
    story.endRun('r1', 'Hi');
    const broken = await brokenBy(
      story.finish(({ runs }) => ({ runs: runs.map((run) => ({ ...run, status: 'failed' as const })) })),
    );
    expect(new Set(broken)).toEqual(new Set(['terminal: ended as completed and as failed']));
  });

  it('sees an end or a message twice in the log, and entries after the end', async () => {
    const story = new Story();
    story.endRun('r1', 'Hi');
    story.commit({ type: 'message.sent', sender: AGENT, run: 'r1', text: 'Hi' });
    story.commit({ type: 'run.ended', sender: AGENT, run: 'r1', status: 'completed' });
    expect(await brokenBy(story.finish())).toEqual([
      'terminal: message.sent at 3 after its end',
      'terminal: run.ended at 4 after its end',
      'terminal: 2 times message.sent',
      'terminal: 2 times run.ended',
    ]);
  });

  it('sees an end that the log does not tell', async () => {
    const story = new Story();
    story.endRun('r1', 'Hi');
    story.log().pop();
    expect(await brokenBy(story.finish())).toEqual(['terminal: is completed, and the log does not end it']);
  });
});

describe('tools', () => {
  it('sees an effect twice', async () => {
    const story = new Story();
    const called = { kind: 'called', tenant: 't', run: 'r1', tool: 'mail' } as const;
    for (const effect of ['to ann', 'to bob', 'to ann']) story.tell({ ...called, effect });
    expect(await brokenBy(story.finish())).toEqual(['tools: mail did to ann again']);
  });
});
