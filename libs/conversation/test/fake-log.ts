import { AppError } from '@holdfast/contracts';
import pg from 'pg';
import type { AppendOutcome, AppendRow } from '../src/index.js';
import { bodyHash } from '../src/log/body-hash.js';

/** What becomes of one call: `busy` holds the threads whose names end with 0. */
export type Fault = 'none' | 'busy' | 'lost' | 'replyLost';

/** A log in memory that behaves as the database does, with faults on demand. */
export class FakeLog {
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

function dataError(): AppError {
  const cause = new pg.DatabaseError('bad value', 1, 'error');
  cause.code = '22P05';
  return new AppError('invalid', 'bad value', { cause });
}

export const keyOf = (row: AppendRow) => `${row.threadId} ${row.senderId} ${row.clientMessageId}`;
export const textOf = (row: AppendRow) =>
  row.body.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

export function message(threadId: string, senderId: string, id: string, text = id): AppendRow {
  return { tenantId: 't', threadId, senderId, clientMessageId: id, body: { parts: [{ type: 'text', text }] } };
}
