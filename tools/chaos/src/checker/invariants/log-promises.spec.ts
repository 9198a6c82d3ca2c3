import { describe, expect, it } from '@jest/globals';
import { brokenBy } from '../stories/verdict-of.js';
import { EPOCH, says, Story } from '../stories/story.js';

/** A story in which much happens and nothing is wrong. */
function goodStory(): Story {
  const story = new Story();
  const first = story.send('ann', 'k1');
  story.see('bob', 'live', first);
  story.hold('bob', 1);
  // An acknowledgement gets lost, the retry is told so.
  const lost = story.invoke('message.send', 'bob', { key: 'k2', text: says('k2') });
  const second = story.commit({ type: 'message.sent', sender: 'bob', key: 'k2', text: says('k2') });
  story.answer(lost, 'info', { code: 'timeout' });
  const retry = story.invoke('message.send', 'bob', { key: 'k2', text: says('k2') });
  story.see('eve', 'live', second);
  story.answer(retry, 'ok', { seq: 2, id: second.id, duplicate: true });
  // One that nobody knows of, and that landed; one that did not; one that was refused.
  const landed = story.invoke('message.send', 'ann', { key: 'k3', text: says('k3') });
  story.commit({ type: 'message.sent', sender: 'ann', key: 'k3', text: says('k3') });
  story.answer(landed, 'info');
  story.answer(story.invoke('message.send', 'ann', { key: 'k4', text: says('k4') }), 'info');
  story.answer(story.invoke('message.send', 'ann', { key: 'k5', text: says('k5') }), 'fail', { code: 'forbidden' });
  // An edit and a deletion.
  const edit = story.invoke('message.edit', 'ann', { key: 'x1', target: first.id, text: says('better') });
  const edited = story.commit({ type: 'message.edited', sender: 'ann', target: first.id, text: says('better') });
  story.answer(edit, 'ok', { seq: edited.seq, id: edited.id, duplicate: false });
  const drop = story.invoke('message.delete', 'bob', { key: 'x2', target: second.id });
  const dropped = story.commit({ type: 'message.deleted', sender: 'bob', target: second.id });
  story.answer(drop, 'ok', { seq: dropped.seq, id: dropped.id, duplicate: false });
  Reflect.deleteProperty(second, 'text');
  return story;
}

describe('a good story', () => {
  it('breaks nothing', async () => {
    expect(await brokenBy(goodStory().finish())).toEqual([]);
  });
});

describe('durable', () => {
  const withLog = (change: (events: Story['logs']) => void) => {
    const story = goodStory();
    change(story.logs);
    return story;
  };

  it('sees an acknowledged message that is not there', async () => {
    const story = new Story();
    story.send('eve', 'k0');
    story.send('ann', 'k1', 't2');
    story.logs.set('t2', []);
    expect(await brokenBy(story.finish())).toContain('durable: message.sent k1, acknowledged at 1, is not in the log');
  });

  it('sees an acknowledged message whose place another one has', async () => {
    const story = new Story();
    story.send('ann', 'k1');
    story.log()[0] = { seq: 1, id: 'other', type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') };
    expect(await brokenBy(story.finish())).toEqual(
      expect.arrayContaining(['durable: message.sent k1, acknowledged at 1, gave way to message.sent other']),
    );
  });

  it('sees two keys acknowledged with one row', async () => {
    const story = new Story();
    const op = story.invoke('message.send', 'ann', { key: 'k0', text: says('k1') });
    const event = story.send('ann', 'k1');
    story.answer(op, 'ok', { seq: event.seq, id: event.id, duplicate: false });
    expect(await brokenBy(story.finish())).toEqual([
      'durable: message.sent k0, acknowledged at 1, has the key k1 in the log',
    ]);
  });

  it('sees an altered text', async () => {
    const story = new Story();
    story.send('ann', 'k1');
    const broken = await brokenBy(
      story.finish(({ events }) => ({
        events: events.map((event) => (event.seq === 1 ? { ...event, text: 'odd' } : event)),
      })),
    );
    expect(broken).toEqual(expect.arrayContaining([expect.stringMatching(/^durable: message.sent k1 says "odd"/)]));
  });

  it('sees a text that is gone though nobody deleted it, and one that stays though somebody did', async () => {
    const gone = withLog((logs) => Reflect.deleteProperty(logs.get('t1')?.[2] ?? {}, 'text'));
    expect(await brokenBy(gone.finish())).toEqual(['durable: message.sent k3 lost its text, and nobody deleted it']);
    const stays = withLog((logs) => Object.assign(logs.get('t1')?.[1] ?? {}, { text: says('k2') }));
    expect(await brokenBy(stays.finish())).toEqual(['durable: message.sent k2 was deleted and still has its text']);
  });

  it('sees a refused message that landed, unless another try of it may have', async () => {
    const story = new Story();
    const op = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') });
    story.answer(op, 'fail', { code: 'conflict' });
    expect(await brokenBy(story.finish())).toEqual(['durable: message.sent k1 was refused, but is in the log at 1']);

    const tried = new Story();
    const first = tried.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    tried.answer(first, 'info');
    const second = tried.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    tried.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') });
    tried.answer(second, 'fail', { code: 'forbidden' });
    expect(await brokenBy(tried.finish())).toEqual([]);
  });

  it('sees what nobody asked for: a message, an edit, a deletion, a member', async () => {
    const story = new Story();
    const { id } = story.send('ann', 'k1');
    story.commit({ type: 'message.sent', sender: 'eve', key: 'k9', text: says('boo') });
    story.commit({ type: 'message.edited', sender: 'ann', target: id, text: says('boo') });
    story.members.get('t1')?.delete('eve');
    expect(await brokenBy(story.finish())).toEqual([
      'durable: the message at 2, key k9, was sent by nobody',
      'durable: message.edited at 3 was asked for by nobody',
      'durable: log and members disagree about eve',
    ]);
  });

  it('sees a run that was promised and does not exist', async () => {
    const story = new Story();
    const op = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    const { seq, id } = story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') });
    story.answer(op, 'ok', { seq, id, duplicate: false, run: 'r1' });
    expect(await brokenBy(story.finish())).toEqual([
      'durable: message.sent k1, acknowledged at 1, promised the run r1, which does not exist',
    ]);
  });
});

describe('once', () => {
  it('sees two rows of one key', async () => {
    const story = new Story();
    story.send('ann', 'k1');
    story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') });
    expect(await brokenBy(story.finish())).toContain(
      'once: key k1 of ann stands at 1 (acknowledged) and at 2 (resume, c-bob)',
    );
  });

  it('sees a retry that is answered with another place', async () => {
    const story = new Story();
    story.send('ann', 'k1');
    const retry = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    const { seq, id } = story.commit({ type: 'message.sent', sender: 'ann', text: says('k1') });
    story.answer(retry, 'ok', { seq, id, duplicate: true });
    expect(await brokenBy(story.finish())).toContain(
      'once: key k1 of ann stands at 1 (acknowledged) and at 2 (acknowledged)',
    );
  });

  it('sees two answers that call themselves the first, and two runs', async () => {
    const story = new Story();
    const { seq, id } = story.send('ann', 'k1');
    for (const run of ['r1', 'r2']) {
      const retry = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
      story.answer(retry, 'ok', { seq, id, run, duplicate: run !== 'r1' });
      story.endRun(run, '', { length: 0, text: '' });
    }
    expect(await brokenBy(story.finish())).toEqual([
      'once: key k1 of ann: two tries say that they were the first',
      'once: key k1 of ann: runs r1 and r2',
    ]);
  });

  it('allows two people the same key', async () => {
    const story = new Story();
    story.send('ann', 'k1');
    story.send('bob', 'k1');
    expect(await brokenBy(story.finish())).toEqual([]);
  });
});

describe('order', () => {
  const twoSeen = () => {
    const story = new Story();
    return { story, events: [story.send('ann', 'k1'), story.send('ann', 'k2')] as const };
  };

  it.each(['live', 'resume', 'pull', 'rest', 'ack'] as const)(
    'sees another entry at the same place by %s',
    async (via) => {
      const { story, events } = twoSeen();
      story.see('eve', via, { ...events[0], id: 'other' });
      const broken = await brokenBy(story.finish());
      expect(broken).toContain('order: at 1: message.sent other of ann, and message.sent t1-e1 of ann');
      expect(broken).toContainEqual(expect.stringMatching(/^once: key k1/));
    },
  );

  it('sees an acknowledgement that names another entry', async () => {
    const story = new Story();
    const op = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    const { seq } = story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') });
    story.answer(op, 'ok', { seq, id: 'other', duplicate: false });
    expect(await brokenBy(story.finish())).toContainEqual(expect.stringMatching(/^order: at 1: /));
  });

  it('sees two texts, and a text that vanishes without a deletion', async () => {
    const { story, events } = twoSeen();
    story.see('eve', 'live', { ...events[0], text: says('odd') });
    const { text: _, ...blank } = events[1];
    story.see('eve', 'live', blank);
    const broken = await brokenBy(story.finish());
    expect(broken).toContainEqual(expect.stringMatching(/^order: at 1: the text/));
    expect(broken).toContain('order: at 2: shown with a text and without one, and nobody deleted it');
  });

  it('sees live events that go back, repeat or skip, on one connection', async () => {
    const { story, events } = twoSeen();
    const third = story.send('ann', 'k3');
    for (const event of [events[0], third, events[1], events[1]]) story.see('eve', 'live', event);
    expect(await brokenBy(story.finish())).toEqual([
      'order: live: 3 after 1, without 2',
      'order: live: 2 after 3',
      'order: live: 2 after 2',
    ]);
  });

  it('allows a skip over what a pull had given, another connection, and a reset', async () => {
    const { story, events } = twoSeen();
    const third = story.send('ann', 'k3');
    story.see('eve', 'live', events[0]);
    const pull = story.invoke('events.pull', 'eve');
    story.see('eve', 'pull', events[1], { op: pull });
    story.answer(pull, 'ok');
    story.see('eve', 'live', third);
    story.see('eve', 'live', events[1], { connection: 1 });
    story.hold('eve', 3, { reset: true });
    story.see('eve', 'live', events[0], { connection: 1 });
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('sees an answer whose events are not in order', async () => {
    const { story, events } = twoSeen();
    const op = story.invoke('session.resume', 'eve');
    story.see('eve', 'resume', events[1], { op });
    story.see('eve', 'resume', events[0], { op });
    story.answer(op, 'ok');
    expect(await brokenBy(story.finish())).toEqual(['order: an answer by resume with 1 after 2']);
  });

  it('sees a position that was never given, and one that shrinks', async () => {
    const { story, events } = twoSeen();
    story.see('eve', 'live', events[0]);
    story.hold('eve', 2);
    story.hold('eve', 1);
    expect(await brokenBy(story.finish())).toEqual([
      'order: believes to hold 1 to 2, but never got 2',
      'order: held 1 to 2, then 1 to 1 without a reset',
    ]);
  });

  it('sees a log with a hole and a head that lies', async () => {
    const holed = await brokenBy(
      twoSeen().story.finish(({ thread, events }) => (thread === 't1' ? { events: events.slice(1) } : {})),
    );
    expect(holed).toContain('order: the log is not 1 to head 3: entry 1 has seq 2');
    const { story } = twoSeen();
    expect(await brokenBy(story.finish(({ head }) => ({ head: head === 0 ? 0 : head - 1 })))).toContain(
      'order: the log is not 1 to head 2: 3 entries',
    );
  });

  it('sees a message below what was known before it was begun', async () => {
    const story = new Story();
    const early = story.commit({ type: 'message.sent', sender: 'eve', key: 'k2', text: says('k2') });
    story.send('ann', 'k1');
    const op = story.invoke('message.send', 'eve', { key: 'k2', text: says('k2') });
    story.answer(op, 'ok', { seq: early.seq, id: early.id, duplicate: false });
    expect(await brokenBy(story.finish())).toEqual([
      'order: message.send k2 got 1, though 2 was known before it began',
    ]);
  });

  it('sees a message at the very place that was known before it was begun', async () => {
    const story = new Story();
    const { seq, id } = story.send('ann', 'k1');
    story.answer(story.invoke('message.send', 'ann', { key: 'k2', text: says('k2') }), 'ok', { seq, id });
    expect(await brokenBy(story.finish())).toContain(
      'order: message.send k2 got 1, though 1 was known before it began',
    );
  });

  it('judges a retry by its first try', async () => {
    const story = new Story();
    const first = story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') });
    const { seq, id } = story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: says('k1') });
    story.answer(first, 'info');
    story.send('eve', 'k2');
    story.answer(story.invoke('message.send', 'ann', { key: 'k1', text: says('k1') }), 'ok', {
      seq,
      id,
      duplicate: true,
    });
    expect(await brokenBy(story.finish())).toEqual([]);
  });

  it('sees another epoch, which a restart after a crash does not bring', async () => {
    const { story, events } = twoSeen();
    story.see('eve', 'live', events[0], { epoch: '7:2' });
    expect(await brokenBy(story.finish())).toEqual([
      `order: numbered by the history 7:2, but Postgres is ${EPOCH} and was never promoted`,
    ]);
  });
});
