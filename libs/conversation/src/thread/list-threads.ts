import type { ThreadPage } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { behind, decodeCursor, encodeCursor, microsOf } from '../cursor.js';
import type { Principal } from '../principal.js';
import { SUMMARY_COLUMNS, SUMMARY_JOINS, toSummary, type SummaryRow } from './summary.js';

export interface ThreadListRequest {
  readonly limit: number;
  /** Archived threads only, or the others only. */
  readonly archived: boolean;
  readonly cursor?: string | undefined;
}

// The page is chosen before its previews and counts are computed.
const LIST = {
  name: 'threads_list',
  text: `select ${SUMMARY_COLUMNS}, ${microsOf('t.active_at')} as place
         from (
           select t.* from chat.member m join chat.thread t on t.id = m.thread_id
           where m.user_id = $2 and t.tenant_id = $1 and t.deleted_at is null and (t.archived_at is not null) = $3
             and ${behind('t.active_at', 't.id', ['$4', '$5'])}
           order by t.active_at desc, t.id desc
           limit $6
         ) t
         join chat.member m on m.thread_id = t.id and m.user_id = $2
         ${SUMMARY_JOINS}
         order by t.active_at desc, t.id desc`,
};

/**
 * The principal's threads, those with the newest event first.
 * @throws AppError `invalid` for a foreign cursor
 */
export async function listThreads(
  db: Database,
  principal: Principal,
  { limit, archived, cursor }: ThreadListRequest,
): Promise<ThreadPage> {
  const from = cursor === undefined ? undefined : decodeCursor(cursor);
  const values = [principal.tenantId, principal.userId, archived, from?.at ?? null, from?.id ?? null, limit + 1];
  const rows = await db.query<SummaryRow & { place: string }>(LIST, values);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    threads: page.map(toSummary),
    nextCursor: last === undefined ? null : encodeCursor({ at: last.place, id: last.id }),
  };
}
