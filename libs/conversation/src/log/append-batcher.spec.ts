import { describe, expect, it, jest } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import fc from 'fast-check';
import { AppendStory, type Fate, type Saying } from '../../test/append-story.js';
import { FakeLog, message, type Fault } from '../../test/fake-log.js';
import { AppendBatcher } from './append-batcher.js';

jest.setTimeout(60_000);

function batcher(log: FakeLog, limits = {}, lanes = 2) {
  return new AppendBatcher({ append: (rows) => log.append(rows), lanes, limits: { busyPauseMs: 0, ...limits } });
}

describe('AppendBatcher', () => {
  it('sends a lone message at once and collects what arrives meanwhile into the next batch', async () => {
    const log = new FakeLog();
    const batches = batcher(log, {}, 1);
    const first = batches.submit([message('a', 's', '1')]);
    await new Promise(setImmediate);
    const rest = Array.from({ length: 9 }, (_, i) => batches.submit([message('a', `s${String(i)}`, '2')]));
    await Promise.all([first, ...rest]);
    expect(log.batches).toEqual([1, 9]);
    expect(log.mostInFlight).toBe(1);
  });

  it('bounds a batch in rows and in bytes', async () => {
    const log = new FakeLog();
    const rows = Array.from({ length: 7 }, (_, i) => message('a', 's', String(i), 'x'.repeat(10)));
    await batcher(log, { batchRows: 3 }).submit(rows);
    expect(log.batches).toEqual([3, 3, 1]);
    const bytes = new FakeLog();
    await batcher(bytes, { batchBytes: 25 }).submit(rows);
    expect(bytes.batches).toEqual([2, 2, 2, 1]);
  });

  it('answers equal messages of one batch as one, and another body under the same key as a conflict', async () => {
    const log = new FakeLog();
    const outcomes = await batcher(log).submit([
      message('a', 's', '1', 'x'),
      message('a', 's', '1', 'x'),
      message('a', 's', '1', 'y'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'duplicate', 'conflict']);
    expect(outcomes[1]).toMatchObject({ seq: 1, eventId: 'a#1' });
  });

  it('finds the one row that the database refuses, and keeps the others', async () => {
    const log = new FakeLog();
    const rows = ['1', 'poison', '3', '4', '5'].map((text, i) => message('a', 's', String(i), text));
    const outcomes = await batcher(log).submit(rows);
    expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'invalid', 'appended', 'appended', 'appended']);
  });

  it('refuses what a sender wrote after a message that failed, and nobody else', async () => {
    const log = new FakeLog((call) => (call === 0 ? 'lost' : 'none'));
    const batches = batcher(log, { batchRows: 1 }, 1);
    const [mine, others] = await Promise.all([
      batches.submit([message('a', 's', '1'), message('a', 's', '2')]),
      batches.submit([message('a', 'other', '1')]),
    ]);
    expect(mine.map(({ status }) => status)).toEqual(['unavailable', 'blocked']);
    expect(others.map(({ status }) => status)).toEqual(['appended']);
    expect((await batches.submit([message('a', 's', '1')]))[0]?.status).toBe('appended');
  });

  it('refuses what waits behind a batch that got no answer, rather than let it wait as long again', async () => {
    const log = new FakeLog((call) => (call === 0 ? 'lost' : 'none'));
    const batches = batcher(log, { batchRows: 1, stuckMs: 0 }, 1);
    const [mine, others] = await Promise.all([
      batches.submit([message('a', 's', '1')]),
      batches.submit([message('b', 'other', '1')]),
    ]);
    expect([...mine, ...others]).toEqual([{ status: 'unavailable' }, { status: 'unavailable' }]);
    expect(log.batches).toEqual([1]);
    await batches.drained();
  });

  it('keeps a busy thread from holding up the others, and gives up on it in time', async () => {
    const log = new FakeLog(() => 'busy');
    const batches = batcher(log, { waitMs: 50 }, 1);
    const stuck = batches.submit([message('t0', 's', '1'), message('t0', 's', '2')]);
    expect((await batches.submit([message('t1', 's', '1')]))[0]?.status).toBe('appended');
    expect((await stuck).map(({ status }) => status)).toEqual(['busy', 'blocked']);
  });

  it('lets nothing overtake what waits for a busy thread', async () => {
    const log = new FakeLog((call) => (call < 2 ? 'busy' : 'none'));
    const batches = batcher(log, { batchRows: 1 }, 1);
    const outcomes = await batches.submit(['1', '2', '3'].map((id) => message('t0', 's', id)));
    expect(outcomes).toMatchObject([1, 2, 3].map((seq) => ({ status: 'appended', event: { seq } })));
  });

  it('refuses what was written after a parked message that is refused behind a batch without an answer', async () => {
    const log = new FakeLog();
    let goOn = (): void => undefined;
    const otherHasTheLane = new Promise<void>((resolve) => (goOn = resolve));
    let tries = 0;
    const batches = new AppendBatcher({
      lanes: 1,
      limits: { batchRows: 1, busyPauseMs: 0, stuckMs: 0 },
      append: async (rows) => {
        const ids = rows.map(({ clientMessageId }) => clientMessageId);
        if (ids.includes('other')) {
          goOn();
          await parked;
        }
        if (ids.includes('stuck') && tries++ > 0) {
          await otherHasTheLane;
          throw new AppError('unavailable', 'no answer');
        }
        return ids.includes('other') || ids.includes('later') ? log.append(rows) : [{ status: 'busy' }];
      },
    });
    const stuck = batches.submit([message('a', 's', 'stuck')]);
    const parked = batches.submit([message('b', 's', 'parked')]);
    const rest = batches.submit([message('c', 's', 'other'), message('b', 's', 'later')]);
    const outcomes = (await Promise.all([stuck, parked, rest])).flat();
    expect(outcomes.map(({ status }) => status)).toEqual(['unavailable', 'unavailable', 'appended', 'blocked']);
  });

  it('refuses at once what exceeds its bound', async () => {
    const batches = batcher(new FakeLog(), { waitingRows: 2 });
    const accepted = batches.submit([message('a', 's', '1'), message('a', 's', '2')]);
    expect(await batches.submit([message('a', 'u', '1')])).toEqual([{ status: 'busy' }]);
    await accepted;
    await batches.drained();
    expect((await batches.submit([message('a', 'u', '1')]))[0]?.status).toBe('appended');
  });

  it('never loses, doubles, reorders or keeps waiting a message, whatever fails and however long it takes', async () => {
    const saying = fc.record<Saying>({
      thread: fc.constantFrom('t0', 't10', 't1', 't2'),
      sender: fc.constantFrom('s', 'u'),
      texts: fc.array(fc.constantFrom('x', 'x', 'poison'), { minLength: 1, maxLength: 5 }),
      pause: fc.boolean(),
      passMs: fc.constantFrom(0, 0, 0, 20, 50, 120),
    });
    const fate = fc.record<Fate>({
      fault: fc.constantFrom<Fault>('none', 'none', 'busy', 'lost', 'replyLost'),
      tookMs: fc.constantFrom(0, 0, 5, 39, 40, 95, 120, 160),
      isLate: fc.boolean(),
    });
    const seen = { refusedLate: 0, refusedBehind: 0, answeredUnderWay: 0, stayed: 0, appended: 0 };
    const kinds = Object.keys(seen) as (keyof typeof seen)[];
    await fc.assert(
      fc.asyncProperty(
        fc.array(saying, { maxLength: 25 }),
        fc.array(fate, { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (sayings, fates, batchRows) => {
          const story = new AppendStory(fates, batchRows);
          await story.tell(sayings);
          story.check();
          for (const kind of kinds) seen[kind] += story.seen[kind];
        },
      ),
      { numRuns: 300 },
    );
    // A property that never meets its cases shows nothing.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });
});
