import type { CallOptions, Database } from '@holdfast/database';
import { noSuchThread } from '../log/lock-thread.js';
import type { Principal } from '../principal.js';

/** How far somebody has read. */
export interface ReadMark {
  readonly tenantId: string;
  readonly userId: string;
  readonly threadId: string;
  readonly seq: number;
}

// Sorted, so that two gateways that mark the same people's threads cannot deadlock.
const MARK = {
  name: 'read_mark',
  text: `with wanted as (
           select i.thread_id, i.user_id, least(max(i.seq), t.head) as seq
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) as i (tenant_id, user_id, thread_id, seq)
           join chat.thread t on t.id = i.thread_id and t.tenant_id = i.tenant_id and t.deleted_at is null
           join chat.member m on m.thread_id = i.thread_id and m.user_id = i.user_id
           group by i.thread_id, i.user_id, t.head
         )
         insert into chat.read_marker as k (thread_id, user_id, seq, marked_at)
         select thread_id, user_id, seq, clock_timestamp() from wanted order by thread_id, user_id
         on conflict (thread_id, user_id) do update
           set seq = greatest(k.seq, excluded.seq),
               marked_at = case when excluded.seq > k.seq then excluded.marked_at else k.marked_at end
         returning k.thread_id, k.user_id, k.seq`,
};

/**
 * Raises many read markers at once, never above the head and never down, so that a replay is harmless. Answers the
 * resulting seq of each mark, in the order given; undefined for strangers.
 */
async function markManyRead(
  db: Database,
  marks: readonly ReadMark[],
  options: CallOptions,
): Promise<(number | undefined)[]> {
  if (marks.length === 0) return [];
  const values = [
    marks.map(({ tenantId }) => tenantId),
    marks.map(({ userId }) => userId),
    marks.map(({ threadId }) => threadId),
    marks.map(({ seq }) => seq),
  ];
  const rows = await db.query<{ thread_id: string; user_id: string; seq: number }>(MARK, values, options);
  const seqs = new Map(rows.map((row) => [`${row.thread_id} ${row.user_id}`, row.seq]));
  return marks.map(({ threadId, userId }) => seqs.get(`${threadId} ${userId}`));
}

/**
 * Raises the principal's own marker.
 * @throws AppError `not_found` for strangers
 */
export async function markRead(
  db: Database,
  principal: Principal,
  mark: { readonly threadId: string; readonly seq: number },
  options: CallOptions = {},
): Promise<{ readonly seq: number }> {
  const { tenantId, userId } = principal;
  const [seq] = await markManyRead(db, [{ tenantId, userId, ...mark }], options);
  if (seq === undefined) throw noSuchThread();
  return { seq };
}
