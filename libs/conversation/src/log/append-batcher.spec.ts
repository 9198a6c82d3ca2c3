import { describe, expect, it, jest } from '@jest/globals';
import { AppError } from '@holdfast/contracts';
import fc from 'fast-check';
import pg from 'pg';
import { AppendBatcher } from './append-batcher.js';
import type { BatchedOutcome } from './batched-outcome.js';
import type { AppendOutcome, AppendRow } from './append-messages.js';
import { bodyHash } from './body-hash.js';

jest.setTimeout(60_000);

/** A log in memory that behaves as the database does, with faults on demand. */
class FakeLog {
  readonly threads = new Map<string, { key: string; hash: string; seq: number; id: string }[]>();
  readonly batches: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  private calls = 0;

  constructor(private readonly fault: (call: number) => Fault = () => 'none') {}

  async append(rows: readonly AppendRow[]): Promise<AppendOutcome[]> {
    const fault = this.fault(this.calls++);
    this.batches.push(rows.length);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    await new Promise(setImmediate);
    this.inFlight--;
    if (new Set(rows.map(keyOf)).size < rows.length) throw new Error('a key occurs twice');
    if (fault === 'lost') throw new AppError('unavailable', 'before the commit');
    if (rows.some((row) => textOf(row) === 'poison')) throw dataError();
    const outcomes = rows.map((row) => this.one(row, fault));
    if (fault === 'replyLost') throw new AppError('unavailable', 'after the commit');
    return outcomes;
  }

  private one(row: AppendRow, fault: Fault): AppendOutcome {
    if (fault === 'busy' && row.threadId.endsWith('0')) return { status: 'busy' };
    const log = this.threads.get(row.threadId) ?? [];
    this.threads.set(row.threadId, log);
    const [key, hash] = [keyOf(row), bodyHash(row.body)];
    const old = log.find((entry) => entry.key === key);
    const at = '2026-01-01T00:00:00.000Z';
    if (old !== undefined) {
      return old.hash === hash ? { status: 'duplicate', seq: old.seq, eventId: old.id, at } : { status: 'conflict' };
    }
    const seq = log.length + 1;
    const id = `${row.threadId}#${String(seq)}`;
    log.push({ key, hash, seq, id });
    const { tenantId, threadId, senderId, clientMessageId, body } = row;
    const data = { clientMessageId, body };
    const event = { seq, id, threadId, senderId, at, v: 1, type: 'message.sent' as const, data };
    return { status: 'appended', tenantId, event, memberVersion: 1, epoch: 'e' };
  }
}

type Fault = 'none' | 'busy' | 'lost' | 'replyLost';

function dataError(): AppError {
  const cause = new pg.DatabaseError('bad value', 1, 'error');
  cause.code = '22P05';
  return new AppError('invalid', 'bad value', { cause });
}

const keyOf = (row: AppendRow) => `${row.threadId} ${row.senderId} ${row.clientMessageId}`;
const textOf = (row: AppendRow) => row.body.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

function message(threadId: string, senderId: string, id: string, text = id): AppendRow {
  return { tenantId: 't', threadId, senderId, clientMessageId: id, body: { parts: [{ type: 'text', text }] } };
}

const RETRYABLE = new Set(['busy', 'unavailable', 'blocked']);

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

  it('refuses at once what exceeds its bound', async () => {
    const batches = batcher(new FakeLog(), { waitingRows: 2 });
    const accepted = batches.submit([message('a', 's', '1'), message('a', 's', '2')]);
    expect(await batches.submit([message('a', 'u', '1')])).toEqual([{ status: 'busy' }]);
    await accepted;
    await batches.drained();
    expect((await batches.submit([message('a', 'u', '1')]))[0]?.status).toBe('appended');
  });

  it('never loses, doubles or reorders a message, whatever fails', async () => {
    const operation = fc.record({
      thread: fc.constantFrom('t0', 't1', 't2'),
      sender: fc.constantFrom('s', 'u'),
      texts: fc.array(fc.constantFrom('x', 'poison'), { minLength: 1, maxLength: 5 }),
      pause: fc.boolean(),
    });
    const faults = fc.array(fc.constantFrom<Fault>('none', 'none', 'busy', 'lost', 'replyLost'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), faults, fc.integer({ min: 1, max: 6 }), check),
      { numRuns: 300 },
    );
  });
});

interface Operation {
  thread: string;
  sender: string;
  texts: string[];
  pause: boolean;
}

async function check(operations: Operation[], faults: Fault[], batchRows: number): Promise<void> {
  const log = new FakeLog((call) => faults[call] ?? 'none');
  const batches = batcher(log, { batchRows });
  const sent: AppendRow[] = [];
  const answers: Promise<BatchedOutcome[]>[] = [];
  for (const { thread, sender, texts, pause } of operations) {
    const rows = texts.map((text, i) => message(thread, sender, String(sent.length + i), text));
    sent.push(...rows);
    answers.push(batches.submit(rows));
    if (pause) await new Promise(setImmediate);
  }
  const outcomes = (await Promise.all(answers)).flat();
  await batches.drained();
  // What was sent in one go stops at its first retryable failure: nothing later may take its place.
  for (const results of await Promise.all(answers)) {
    const failed = results.findIndex(({ status }) => RETRYABLE.has(status));
    if (failed >= 0) expect(results.slice(failed).every(({ status }) => RETRYABLE.has(status))).toBe(true);
  }
  sent.forEach((row, index) => {
    const outcome = outcomes[index];
    const stored = log.threads.get(row.threadId)?.filter(({ key }) => key === keyOf(row)) ?? [];
    expect(stored.length).toBeLessThanOrEqual(1);
    if (textOf(row) === 'poison') expect(stored).toHaveLength(0);
    if (outcome?.status === 'appended') expect(stored[0]?.seq).toBe(outcome.event.seq);
    if (outcome?.status === 'invalid') expect(textOf(row)).toBe('poison');
    if (stored.length === 0 && textOf(row) !== 'poison') expect(RETRYABLE.has(outcome?.status ?? '')).toBe(true);
  });
  // The order in the log is the order of submission, per sender and thread.
  for (const entries of log.threads.values()) {
    for (const sender of ['s', 'u']) {
      const ids = entries.filter(({ key }) => key.includes(` ${sender} `)).map(({ key }) => Number(key.split(' ')[2]));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
  }
}
