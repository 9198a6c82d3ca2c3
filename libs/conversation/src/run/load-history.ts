import type { Part, RunOutcome, UserKind } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';

/** A message as an agent reads it: in its latest revision. */
export interface HistoryMessage {
  readonly messageId: string;
  readonly seq: number;
  readonly senderId: string | null;
  readonly senderName: string;
  readonly senderKind: UserKind;
  readonly parts: readonly Part[];
  /** How the run that wrote it ended, for an agent's message. */
  readonly outcome?: RunOutcome;
}

/** Stored bytes of a history, beyond its newest message. */
const HISTORY_BYTES = 4_194_304;

const HISTORY = {
  name: 'history_load',
  text: `select h.id as "messageId", h.seq, h.sender_id as "senderId", coalesce(u.name, '') as "senderName",
                coalesce(u.kind, 'human') as "senderKind", h.data #> '{body,parts}' as parts, h.outcome
         from (
           select e.id, e.seq, e.sender_id, coalesce(d.data, e.data) as data, e.data ->> 'outcome' as outcome,
                  sum(pg_column_size(coalesce(d.data, e.data))) over (order by e.seq desc)
                    - pg_column_size(coalesce(d.data, e.data)) as bytes_before
           from chat.event e
           left join lateral (
             select d.data from chat.event d
             where d.thread_id = e.thread_id and d.target_id = e.id and d.type = 'message.edited'
             order by d.seq desc limit 1
           ) d on true
           where e.thread_id = $1 and e.seq <= $2 and e.type = 'message.sent' and e.erased_at is null
           order by e.seq desc limit $3
         ) h
         left join chat.app_user u on u.id = h.sender_id
         where h.bytes_before < ${String(HISTORY_BYTES)}
         order by h.seq`,
};

/** The newest messages up to `inputSeq`, oldest first; deleted ones are left out. */
export async function loadHistory(
  db: Database,
  request: { readonly threadId: string; readonly inputSeq: number; readonly limit: number },
): Promise<HistoryMessage[]> {
  const { threadId, inputSeq, limit } = request;
  const rows = await db.query<Omit<HistoryMessage, 'outcome'> & { outcome: RunOutcome | null }>(HISTORY, [
    threadId,
    inputSeq,
    limit,
  ]);
  return rows.map(({ outcome, ...message }) => (outcome === null ? message : { ...message, outcome }));
}
