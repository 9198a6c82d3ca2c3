import { describe, expect, it } from '@jest/globals';
import { brokenBy } from '../stories/verdict-of.js';
import { says, Story, TENANT } from '../stories/story.js';

const removed = (story: Story, user: string, seq: number) =>
  story.tell({ kind: 'access', what: 'removed', tenant: TENANT, user, thread: 't1', seq });

/** Eve is removed at 2; her client goes on. */
function removal(): Story {
  const story = new Story();
  story.see('eve', 'live', story.send('ann', 'k1'));
  const op = story.invoke('member.remove', 'ann', { member: 'eve' });
  const { seq } = story.commit({ type: 'member.removed', sender: 'ann', member: 'eve' });
  story.answer(op, 'ok', { seq });
  story.members.get('t1')?.delete('eve');
  removed(story, 'eve', seq);
  return story;
}

function addAgain(story: Story, outcome: 'ok' | 'info' = 'ok'): void {
  const op = story.invoke('member.add', 'ann', { member: 'eve' });
  const event = story.commit({ type: 'member.added', sender: 'ann', member: 'eve' });
  story.answer(op, outcome, outcome === 'ok' ? { seq: event.seq } : {});
  story.members.get('t1')?.add('eve');
}

describe('isolation', () => {
  it('allows a removed member what was on its way, and everything once she is back', async () => {
    const story = removal();
    const [first, second] = story.log();
    if (first !== undefined && second !== undefined) {
      story.see('eve', 'live', first, { connection: 1 });
      story.see('eve', 'live', second, { connection: 1 });
    }
    const third = story.send('ann', 'k3');
    addAgain(story);
    story.see('eve', 'live', third, { connection: 1 });
    story.send('eve', 'k5');
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('sees what was written after a removal, before and after that is known', async () => {
    const story = removal();
    story.see('eve', 'live', story.send('ann', 'k3'), { connection: 1 });
    expect(await brokenBy(story.finish())).toEqual(['isolation: eve was removed at 2 and was given 3']);

    const early = new Story();
    const event = early.commit({ type: 'member.removed', sender: 'ann', member: 'eve' });
    early.see('eve', 'live', early.send('ann', 'k2'), { connection: 1 });
    removed(early, 'eve', event.seq);
    early.members.get('t1')?.delete('eve');
    expect(await brokenBy(early.finish())).toEqual(['isolation: eve was removed at 1 and was given 2']);
  });

  it('sees an answer to what was asked after the removal', async () => {
    const story = removal();
    const op = story.invoke('session.resume', 'eve');
    const [first] = story.log();
    if (first !== undefined) story.see('eve', 'resume', first, { op });
    story.answer(op, 'ok');
    story.answer(story.invoke('events.pull', 'eve'), 'ok');
    expect(await brokenBy(story.finish())).toEqual([
      'isolation: eve asked after the removal and was answered',
      'isolation: eve was removed, and events.pull was done',
    ]);
  });

  it('sees output of a run that began after the removal, and of an old one long after it', async () => {
    const story = removal();
    story.stream('eve', 'r1', 'attempt', { base: 0 });
    const started = story.commit({ type: 'run.started', sender: 'robo', run: 'r2' });
    story.see('bob', 'live', started);
    story.stream('eve', 'r2', 'chunk', { off: 0, text: 'x' });
    story.pass(16_000);
    story.stream('eve', 'r1', 'chunk', { off: 0, text: 'y' });
    story.endRun('r1', 'y');
    story.endRun('r2', 'x');
    expect(await brokenBy(story.finish())).toEqual([
      'isolation: eve was removed and was given output of run r2',
      'isolation: eve was removed and was given output of run r1',
    ]);
  });

  it('does not judge a removal during an addition that may still happen', async () => {
    const story = new Story();
    story.members.get('t1')?.delete('eve');
    const op = story.invoke('member.add', 'ann', { member: 'eve' });
    const { seq } = story.commit({ type: 'member.removed', sender: 'ann', member: 'eve' });
    removed(story, 'eve', seq);
    story.answer(op, 'info');
    addAgain(story, 'info');
    story.see('eve', 'live', story.send('ann', 'k3'));
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('sees a text in another thread, wherever it shows', async () => {
    const story = new Story();
    const stray = says('psst', 't2');
    const op = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') + stray });
    const event = story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') + stray });
    story.answer(op, 'ok', { seq: event.seq, id: event.id, duplicate: false });
    story.stream('bob', 'r1', 'chunk', { off: 0, text: stray });
    story.endRun('r1', stray);
    const broken = await brokenBy(story.finish());
    expect(broken.every((what) => what.startsWith('isolation: carries a text of thread t2'))).toBe(true);
    // Bob's chunk, his resume of both messages, and Postgres: two events and a run.
    expect(broken).toHaveLength(6);
  });

  it('sees a stranger, another tenant and a thread of nobody', async () => {
    const story = new Story();
    const event = story.send('ann', 'k1');
    story.see('mallory', 'live', event);
    story.see('bob', 'live', event, { tenant: 'tenant-2' });
    story.see('bob', 'live', { seq: 1, id: 'x', type: 'thread.renamed' }, { thread: 't9' });
    expect(await brokenBy(story.finish())).toEqual([
      'isolation: mallory is no member, but c-mallory sees it',
      'isolation: c-bob of tenant tenant-2 sees a thread of tenant-1',
      'isolation: nobody declared it, but c-bob sees it',
    ]);
  });

  it('lets a stranger of another tenant be refused, and sees when they are not, though nothing was there', async () => {
    const story = new Story();
    const foreign = { tenant: 'tenant-2' };
    story.answer(story.invoke('thread.open', 'mallory', foreign), 'fail', { code: 'denied' });
    story.answer(story.invoke('events.pull', 'mallory', foreign), 'info', { code: 'timeout' });
    story.answer(story.invoke('session.resume', 'mallory', foreign), 'ok');
    expect(await brokenBy(story.finish())).toEqual([
      'isolation: session.resume of tenant tenant-2 was done in a thread of tenant-1',
    ]);
  });

  it('sees what comes after a token and its grace, by client or by user', async () => {
    const story = new Story();
    story.tell({ kind: 'access', what: 'expired', tenant: TENANT, user: 'eve', client: 'c-eve' });
    story.tell({ kind: 'access', what: 'expired', tenant: TENANT, user: 'ann' });
    const first = story.send('bob', 'k1');
    story.see('eve', 'live', first);
    story.pass(1_000);
    const second = story.send('bob', 'k2');
    story.see('eve', 'live', second, { client: 'c-eve-2' });
    story.see('eve', 'live', second);
    story.see('ann', 'live', second);
    expect(await brokenBy(story.finish())).toEqual([
      'isolation: reached c-eve after its token and its grace were over',
      'isolation: reached c-ann after its token and its grace were over',
    ]);
  });
});

describe('liveness', () => {
  it('sees who does not catch up within 10 s of healing, and who never does', async () => {
    const story = new Story();
    story.watch('eve');
    story.see('eve', 'live', story.send('ann', 'k1'));
    story.heal();
    story.pass(10_100);
    story.hold('eve', 1);
    story.watch('ann');
    const broken = await brokenBy(story.finish());
    expect(broken).toEqual([
      'liveness: did not hold 1 within 10 s of healing',
      'liveness: did not hold 1 within 10 s of healing',
      'liveness: holds 1 in the end, the head is 2',
      'liveness: holds 0 in the end, the head is 2',
    ]);
  });

  it('expects nothing of who stopped watching, and no haste of who reads slowly', async () => {
    const story = new Story();
    story.watch('ann');
    story.tell({
      kind: 'watch',
      phase: 'begin',
      client: 'c-eve',
      tenant: TENANT,
      user: 'eve',
      thread: 't1',
      slow: true,
    });
    story.send('ann', 'k1');
    story.watch('ann', 't1', 'end');
    story.heal();
    story.catchUp();
    story.pass(12_000);
    story.catchUp('eve');
    story.watch('eve', 't1', 'end');
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('sees an operation that nobody answers, or too late', async () => {
    const story = new Story();
    story.invoke('events.pull', 'eve');
    const op = story.invoke('events.pull', 'ann');
    story.pass(30_000);
    story.answer(op, 'ok');
    expect(await brokenBy(story.finish())).toEqual([
      'liveness: events.pull was answered after more than 30 s',
      'liveness: events.pull was never answered',
    ]);
  });

  it('sees a system that is ready long after the last fault, and asks nothing of one without', async () => {
    const after = (ms: number): Story => {
      const story = new Story();
      story.fault('gateway-kill', 500);
      story.pass(ms);
      story.tell({ kind: 'phase', name: 'ready' });
      story.heal();
      return story.finish();
    };
    expect(await brokenBy(after(29_000))).toEqual([]);
    expect(await brokenBy(after(31_000))).toEqual(['liveness: was ready 31.0 s after the last fault, not within 30 s']);
    const calm = new Story();
    calm.pass(40_000);
    calm.tell({ kind: 'phase', name: 'ready' });
    calm.heal();
    expect(await brokenBy(calm.finish())).toEqual([]);
  });

  it('sees a system that goes on refusing after it was healed', async () => {
    const story = new Story();
    story.see('bob', 'live', story.send('ann', 'k1'));
    story.heal();
    story.catchUp();
    story.pass(11_000);
    story.answer(story.invoke('message.send', 'ann', { key: 'k2', text: says('k2') }), 'info');
    story.quiet();
    for (const final of story.finals()) story.tell(final);
    story.end();
    expect(await brokenBy(story)).toEqual(['liveness: no send was acknowledged later than 10 s after healing']);
  });
});

describe('process', () => {
  it('sees who ends by itself, or not with 0 when asked to, an unhandled rejection, a text in a log', async () => {
    const story = new Story();
    const node = 'gateway-1';
    story.tell({ kind: 'process', node, what: 'exited', code: 1, signal: null, expected: false });
    story.tell({
      kind: 'process',
      node,
      what: 'exited',
      code: null,
      signal: 'SIGKILL',
      expected: true,
      requested: 'SIGKILL',
    });
    story.tell({ kind: 'process', node, what: 'exited', code: 1, signal: null, expected: true, requested: 'SIGTERM' });
    story.tell({ kind: 'process', node, what: 'unhandled', detail: 'Error: x' });
    story.tell({ kind: 'process', node, what: 'leak', detail: 'line 7' });
    expect(await brokenBy(story.finish())).toEqual([
      'process: ended by itself: code 1, signal null',
      'process: was asked to end and did so with code 1, signal null',
      'process: left something unhandled: Error: x',
      "process: wrote a message's text into its log: line 7",
    ]);
  });
});

describe('memory', () => {
  const grow = (mib: (second: number) => number, restartAt?: number) => {
    const story = new Story();
    for (let second = 0; second < 120; second++) {
      if (second === restartAt) story.tell({ kind: 'process', node: 'worker-1', what: 'started' });
      story.tell({ kind: 'process', node: 'worker-1', what: 'memory', residentMiB: mib(second) });
      story.pass(1_000);
    }
    story.tell({ kind: 'process', node: 'worker-1', what: 'logs', lines: 1 });
    return story.finish();
  };

  it('sees a process above its cap, once', async () => {
    expect(await brokenBy(grow((second) => (second < 100 ? 300 : 401)))).toEqual([
      'memory: uses 401 MiB, more than 400',
    ]);
  });

  it('sees steady growth, and lets heaps fill', async () => {
    expect(await brokenBy(grow((second) => 80 + 2.5 * second))).toEqual(['memory: grew from 160 to 335 MiB']);
    expect(await brokenBy(grow((second) => 80 + 150 * (1 - Math.exp(-second / 20))))).toEqual([]);
    expect(await brokenBy(grow((second) => 80 + 5 * (second % 60), 60))).toEqual([]);
  });
});
