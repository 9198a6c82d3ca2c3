import { AppError, type EventPage } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { Principal } from '../principal.js';
import { EVENT_COLUMNS, toLogEvent, type EventRow } from './event-row.js';
import { noSuchThread } from './lock-thread.js';
import { pageSql } from './page-sql.js';

/** A page of a thread: forward from `afterSeq`, or backward from `beforeSeq`. */
export type PageRequest = { readonly threadId: string; readonly limit: number } & (
  | { readonly afterSeq: number; readonly beforeSeq?: undefined }
  | { readonly beforeSeq: number; readonly afterSeq?: undefined }
);

interface Row extends EventRow {
  head: number;
  deleted: boolean;
}

/** Membership and page come from one snapshot. */
function pageStatement(name: string, direction: 'asc' | 'desc', bound: string) {
  const page = pageSql(direction, `e.thread_id = t.id and ${bound}`, { limit: '$5' });
  return {
    name,
    text: `select t.head, t.deleted_at is not null as deleted, ${EVENT_COLUMNS}
           from chat.thread t join chat.member m on m.thread_id = t.id and m.user_id = $3
           left join ${page} on true
           where t.id = $1 and t.tenant_id = $2
           order by e.seq`,
  };
}

const AFTER = pageStatement('events_after', 'asc', 'e.seq > $4');
const BEFORE = pageStatement('events_before', 'desc', 'e.seq < $4');

/**
 * A page of events, oldest first, for a member. `more` = there are others in the direction asked for.
 * @throws AppError `not_found` for strangers, `gone` for a deleted thread
 */
export async function readEvents(db: Database, principal: Principal, request: PageRequest): Promise<EventPage> {
  const { threadId, limit } = request;
  const forward = request.afterSeq !== undefined;
  const from = forward ? request.afterSeq : request.beforeSeq;
  const { rows, epoch } = await db.read<Row>(forward ? AFTER : BEFORE, [
    threadId,
    principal.tenantId,
    principal.userId,
    from,
    limit,
  ]);
  const [first] = rows;
  if (first === undefined) throw noSuchThread();
  if (first.deleted) throw new AppError('gone', 'The thread was deleted.');
  const events = rows.filter((row) => (row.seq as number | null) !== null).map(toLogEvent);
  const edge = forward ? (events.at(-1)?.seq ?? from) : (events[0]?.seq ?? 1);
  return { threadId, epoch, head: first.head, events, more: forward ? edge < first.head : edge > 1 };
}
