import { describe, expect, it } from '@jest/globals';
import { parseHistory } from '../history/read-history.js';
import { judge } from './judge.js';
import { Story } from './stories/story.js';
import { verdictOf } from './stories/verdict-of.js';

describe('a history that proves nothing', () => {
  const without = async (drop: (entry: Story['entries'][number]) => boolean) => {
    const story = new Story();
    story.send('ann', 'k1');
    story.finish();
    const kept = story.entries.filter((entry) => !drop(entry)).map((entry, i) => ({ ...entry, i }));
    story.entries.splice(0, Infinity, ...kept);
    return (await verdictOf(story)).invalid;
  };

  it('is told from a good one', async () => {
    expect(await without(() => false)).toEqual([]);
    expect(await without((entry) => entry.kind === 'phase' && entry.name === 'end')).toContain('it never was end');
    expect(await without((entry) => entry.kind === 'phase' && entry.name === 'healed')).toContain(
      'it never was healed',
    );
    expect(await without(({ kind }) => kind === 'answer')).toContain('no send was acknowledged');
    expect(await without((entry) => entry.kind === 'seen' && entry.via === 'live')).toContain(
      'nobody saw anything by live',
    );
    expect(await without((entry) => entry.kind === 'final' && entry.thread === 't2')).toEqual([
      'thread t2 was not read in the end',
    ]);
    expect(await without((entry) => entry.kind === 'watch' && entry.thread === 't2')).toEqual([
      'nobody watched thread t2 after healing',
    ]);
    expect(await without((entry) => entry.kind === 'process' && entry.what === 'logs')).toEqual([
      'the logs of gateway-1 were not searched',
    ]);
    expect(await without((entry) => entry.kind === 'process' && entry.what === 'memory')).toEqual([
      'the memory of gateway-1 was not measured',
    ]);
  });

  it('is one whose answers belong to nothing, or whose texts carry no canary', async () => {
    const story = new Story();
    story.answer(99, 'ok');
    for (const op of [50, 50]) {
      story.invoke('events.pull', 'ann', { op });
      story.answer(op, 'ok');
    }
    story.see('bob', 'resume', story.send('ann', 'k0'), { op: 98 });
    story.answer(story.invoke('message.send', 'ann', { key: 'k1', text: 'plain' }), 'info');
    const { invalid } = await verdictOf(story.finish());
    expect(invalid).toEqual([
      expect.stringMatching(/answers what is not open: 99/),
      'operation 50 was invoked twice',
      expect.stringMatching(/belongs to operation 98, which nobody invoked/),
      expect.stringMatching(/without the canary/),
    ]);
  });

  it('is one whose canaries cannot be told apart', async () => {
    const story = new Story();
    const [meta] = story.entries;
    if (meta?.kind !== 'meta') throw new Error('a history begins with meta');
    const threads = meta.threads.map((thread, index) => ({
      ...thread,
      canary: index === 0 ? 'canary-1' : 'canary-12',
    }));
    story.entries[0] = { ...meta, threads };
    expect((await verdictOf(story.finish())).invalid).toContain('canaries contain each other: canary-12');
  });

  it('is one that calms down at once after healing, or reads Postgres before', async () => {
    const story = new Story();
    story.send('ann', 'k1');
    for (const final of story.finals()) story.tell(final);
    story.heal();
    story.catchUp();
    story.quiet();
    story.end();
    expect((await verdictOf(story)).invalid).toEqual([
      't1 was read before all was quiet',
      't2 was read before all was quiet',
      expect.stringMatching(/^only \d+ ms lie between/),
      'nobody saw anything by live',
    ]);
  });
});

describe('a file that is no history', () => {
  const lines = () => new Story().finish().entries.map((entry) => JSON.stringify(entry));
  const judged = (change: (all: string[]) => string[]) => judge(parseHistory(change(lines())));

  it('is an error, not a verdict', async () => {
    await expect(judged(() => [])).rejects.toThrow('empty');
    await expect(judged((all) => all.slice(1))).rejects.toThrow('calls itself 1');
    await expect(judged((all) => all.toSpliced(5, 1))).rejects.toThrow('entry 5 calls itself 6');
    await expect(judged((all) => all.with(5, '{"i":5,'))).rejects.toThrow('entry 5 is no JSON');
    await expect(judged((all) => all.with(5, '{"i":5,"at":1e9,"kind":"phase","name":"over"}'))).rejects.toThrow(
      'entry 5: name',
    );
    await expect(judged((all) => all.with(1, '{"i":1,"at":99,"kind":"phase","name":"end","nmae":1}'))).rejects.toThrow(
      'entry 1',
    );
    await expect(judged((all) => all.with(0, '{"i":0,"at":0,"kind":"phase","name":"end"}'))).rejects.toThrow(
      'meta is the',
    );
    await expect(judged((all) => all.with(1, (all[0] ?? '').replace('"i":0', '"i":1')))).rejects.toThrow('meta is the');
    await expect(judged((all) => all.with(3, (all[3] ?? '').replace(/"at":\d+/, '"at":1')))).rejects.toThrow(
      'before the one',
    );
  });
});

describe('figures', () => {
  it('count what happened, and what the wire did', async () => {
    const story = new Story();
    const event = story.send('ann', 'k1');
    story.see('eve', 'live', event);
    story.see('eve', 'live', event, { connection: 1 });
    story.stream('eve', 'r1', 'chunk', { attempt: 2, off: 0, text: 'ab' });
    story.stream('eve', 'r1', 'chunk', { attempt: 2, off: 1, text: 'b' });
    story.stream('eve', 'r1', 'chunk', { attempt: 1, off: 0, text: 'a' });
    story.stream('eve', 'r1', 'snapshot', { attempt: 2, off: 0, text: 'ab' });
    story.endRun('r1', 'ab', { attempt: 2 });
    const verdict = await verdictOf(story.finish());
    expect(verdict.noise).toEqual({ duplicateEvents: 2, duplicateChunks: 1, lateAttempts: 1, snapshots: 1, resets: 0 });
    expect(verdict).toMatchObject({
      seed: 1,
      acknowledged: 2,
      operations: { ok: 5, fail: 0, info: 0 },
      violations: [],
    });
    expect(verdict.observations).toBe(11);
  });

  const outage = (effective = true) => {
    const story = new Story();
    story.fault('redis-kill', 500, effective);
    const op = story.invoke('message.send', 'ann', { key: 'k1', text: '<canary t1> k1' });
    story.pass(4_000);
    const { seq, id } = story.commit({ type: 'message.sent', sender: 'ann', key: 'k1', text: '<canary t1> k1' });
    story.answer(op, 'ok', { seq, id, duplicate: false });
    story.hold('bob', 0);
    story.pass(30_000);
    return story;
  };

  it('measure recovery from the begin of a fault until everybody is served again', async () => {
    const story = outage();
    story.see('bob', 'live', story.log()[0] ?? { seq: 1, id: '', type: '' });
    const { faults } = await verdictOf(story.finish());
    // Bob holds the message only when he resumes: more than 30 s.
    expect(faults).toMatchObject([{ name: 'redis-kill', injections: 1, effective: 1, unrecovered: 0 }]);
    expect(faults[0]?.recoveriesMs[0]).toBeGreaterThan(34_000);
    expect(faults[0]?.operations.ok).toBeGreaterThanOrEqual(1);
  });

  it('do not take a stream for late while the only one who looked at it is away, or reads slowly', async () => {
    const recovery = async (eve: 'stays' | 'leaves' | 'is slow') => {
      const story = new Story();
      const { client, tenant, user, thread } = { client: 'c-eve', tenant: 'x', user: 'eve', thread: 't1' };
      if (eve === 'is slow') story.tell({ kind: 'watch', phase: 'begin', client, tenant, user, thread, slow: true });
      story.stream('eve', 'r1', 'chunk', { off: 0, text: 'a' });
      story.fault('redis-kill', 500);
      if (eve === 'leaves') story.tell({ kind: 'away', client });
      story.pass(20_000);
      story.stream('eve', 'r1', 'chunk', { off: 1, text: 'b' });
      story.endRun('r1', 'ab');
      const { faults } = await verdictOf(story.finish());
      return faults[0]?.recoveriesMs[0] ?? 0;
    };
    expect(await recovery('stays')).toBeGreaterThan(20_000);
    expect(await recovery('leaves')).toBe(0);
    expect(await recovery('is slow')).toBe(0);
  });

  it('call a fault that nobody noticed recovered at once, and one that hit nothing not effective', async () => {
    const calm = new Story();
    calm.fault('redis-kill', 500);
    const { faults } = await verdictOf(calm.finish());
    expect(faults[0]?.recoveriesMs).toEqual([0]);
    const none = await verdictOf(outage(false).finish());
    expect(none.faults[0]).toMatchObject({ injections: 1, effective: 0, recoveriesMs: [], unrecovered: 0 });
    const never = await verdictOf(new Story().finish());
    expect(never.faults[0]).toMatchObject({ name: 'redis-kill', injections: 0, effective: 0 });
  });

  it('count a violation for the fault in which its proof lies', async () => {
    const story = new Story();
    story.fault('redis-kill', 500);
    for (const [key, seq] of [
      ['k1', 1],
      ['k2', 2],
    ] as const) {
      const event = story.send('ann', key);
      story.see('mallory', 'live', event);
      story.see('bob', 'live', event);
      story.hold('bob', seq);
      story.pass(10_000);
    }
    const { faults, violationCounts } = await verdictOf(story.finish());
    expect(violationCounts.isolation).toBe(2);
    expect(faults[0]?.violations).toBe(1);
  });
});
