import type { ThreadSummary } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { noSuchThread } from '../log/lock-thread.js';
import type { Principal } from '../principal.js';
import { SUMMARY_COLUMNS, SUMMARY_JOINS, toSummary, type SummaryRow } from './summary.js';

const GET = {
  name: 'thread_get',
  text: `select ${SUMMARY_COLUMNS}
         from chat.thread t join chat.member m on m.thread_id = t.id and m.user_id = $3 ${SUMMARY_JOINS}
         where t.id = $1 and t.tenant_id = $2 and t.deleted_at is null`,
};

/**
 * A thread as the principal sees it.
 * @throws AppError `not_found` if it does not exist, was deleted, or is none of the principal's
 */
export async function getThread(db: Database | Tx, principal: Principal, threadId: string): Promise<ThreadSummary> {
  const [row] = await db.query<SummaryRow>(GET, [threadId, principal.tenantId, principal.userId]);
  if (row === undefined) throw noSuchThread();
  return toSummary(row);
}
