import type { LogEvent, LogEventDraft } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';
import { EVENT_COLUMNS, toLogEvent, type EventRow } from './event-row.js';

/** An entry to be numbered, with the columns that its payload does not carry. */
export interface EventDraft {
  /** Made beforehand where another entry has to name it. */
  readonly id?: string;
  readonly draft: LogEventDraft;
  /** The user who caused it; null for the system. */
  readonly senderId: string | null;
  /** Idempotency key of the command that caused it. */
  readonly clientId?: string;
  /** The message that it edits or deletes. */
  readonly targetId?: string;
  /** The run that wrote it. */
  readonly runId?: string;
  /** Fingerprint of the body, in hex. */
  readonly hash?: string;
}

const ADVANCE = {
  name: 'thread_advance',
  text: 'update chat.thread set head = head + $2, active_at = clock_timestamp() where id = $1 returning head - $2 as base, tenant_id',
};

const INSERT = {
  name: 'events_insert',
  text: `insert into chat.event as e
           (thread_id, seq, id, tenant_id, type, sender_id, client_id, target_id, run_id, data, body_hash, at)
         select $1, $2 + d.n, d.id, $3, d.type, d.sender_id, d.client_id, d.target_id, d.run_id, d.data::jsonb,
                decode(d.hash, 'hex'), clock_timestamp()
         from unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::text[], $11::text[])
           with ordinality as d (id, type, sender_id, client_id, target_id, run_id, data, hash, n)
         returning ${EVENT_COLUMNS}`,
};

/**
 * Appends entries to a thread whose row this transaction holds (`lockThread`), at the next dense seqs and in the order
 * given.
 */
export async function writeEvents(tx: Tx, threadId: string, drafts: readonly EventDraft[]): Promise<LogEvent[]> {
  if (drafts.length === 0) return [];
  const [place] = await tx.query<{ base: number; tenant_id: string }>(ADVANCE, [threadId, drafts.length]);
  if (place === undefined) throw new RangeError('writeEvents needs a locked thread');
  const rows = await tx.query<EventRow>(INSERT, [
    threadId,
    place.base,
    place.tenant_id,
    drafts.map(({ id }) => id ?? uuidv7()),
    drafts.map(({ draft }) => draft.type),
    drafts.map(({ senderId }) => senderId),
    drafts.map(({ clientId }) => clientId ?? null),
    drafts.map(({ targetId }) => targetId ?? null),
    drafts.map(({ runId }) => runId ?? null),
    drafts.map(({ draft }) => JSON.stringify(draft.data)),
    drafts.map(({ hash }) => hash ?? null),
  ]);
  return rows.map(toLogEvent).sort((a, b) => a.seq - b.seq);
}
