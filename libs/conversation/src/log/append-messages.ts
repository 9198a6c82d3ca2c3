import type { LogEventOf, MessageBody } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';
import { bodyHash } from './body-hash.js';

/** One message to append. */
export interface AppendRow {
  readonly tenantId: string;
  readonly threadId: string;
  readonly senderId: string;
  /** The sender's idempotency key. */
  readonly clientMessageId: string;
  readonly body: MessageBody;
}

/** A message that is in the log since this call. */
export interface AppendedMessage {
  readonly status: 'appended';
  readonly tenantId: string;
  readonly event: LogEventOf<'message.sent'>;
  /** The queued run that will answer it: ring for it. */
  readonly runId?: string;
  readonly memberVersion: number;
  readonly epoch: string;
}

/** A message that an earlier call appended: its original place. */
export interface DuplicateMessage {
  readonly status: 'duplicate';
  readonly seq: number;
  readonly eventId: string;
  readonly at: string;
  readonly runId?: string;
}

/** What became of one row; `busy` alone is worth a retry. */
export type AppendOutcome =
  AppendedMessage | DuplicateMessage | { readonly status: 'conflict' | 'forbidden' | 'gone' | 'busy' };

interface Row {
  outcome: AppendOutcome['status'];
  seq: number;
  id: string;
  at: Date;
  run_id: string | null;
  member_version: number;
}

const APPEND = {
  name: 'append_v1',
  text: `select outcome, seq, id, at, run_id, member_version
         from chat.append_v1($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[])
         order by ord`,
};

function outcomeOf(row: Row, input: AppendRow, data: LogEventOf<'message.sent'>['data'], epoch: string): AppendOutcome {
  const run = row.run_id === null ? {} : { runId: row.run_id };
  switch (row.outcome) {
    case 'appended': {
      const { tenantId, threadId, senderId } = input;
      const at = row.at.toISOString();
      const event = { seq: row.seq, id: row.id, threadId, senderId, at, v: 1, type: 'message.sent' as const, data };
      return { status: 'appended', tenantId, event, memberVersion: row.member_version, epoch, ...run };
    }
    case 'duplicate':
      return { status: 'duplicate', seq: row.seq, eventId: row.id, at: row.at.toISOString(), ...run };
    default:
      return { status: row.outcome };
  }
}

/**
 * Appends messages to their threads in one round trip, each thread's in the order given, and queues or joins the run
 * that answers them. Outcomes come in the order of `rows`, after the commit. A row whose thread another writer holds is
 * answered `busy` at once. A key must not occur twice in one call.
 * @throws AppError `unavailable` with an unknown outcome, or `invalid` if the database refused a value: then nothing
 * was written
 */
export async function appendMessages(db: Database, rows: readonly AppendRow[]): Promise<AppendOutcome[]> {
  if (rows.length === 0) return [];
  const data = rows.map(({ clientMessageId, body }) => ({ clientMessageId, body }));
  const result = await db.read<Row>(APPEND, [
    rows.map((row) => row.threadId),
    rows.map((row) => row.tenantId),
    rows.map((row) => row.senderId),
    rows.map((row) => row.clientMessageId),
    rows.map(() => uuidv7()),
    data.map((value) => JSON.stringify(value)),
    rows.map((row) => bodyHash(row.body)),
  ]);
  return rows.map((input, index) => {
    const row = result.rows[index];
    const value = data[index];
    if (row === undefined || value === undefined)
      throw new RangeError('append_v1 answered fewer rows than it was given');
    return outcomeOf(row, input, value, result.epoch);
  });
}
