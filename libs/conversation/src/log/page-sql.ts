import { EVENT_COLUMNS } from './event-row.js';

/** Stored bytes of one page, beyond its first event. */
const PAGE_BYTES = 1_048_576;

/**
 * A lateral subquery `e` with one page of events: those that fulfil `where`, nearest first, cut at `limit` and at
 * `bytes`, beyond which only the first one goes. `direction` is the one in which the page grows.
 */
export function pageSql(
  direction: 'asc' | 'desc',
  where: string,
  { limit, bytes = String(PAGE_BYTES) }: { readonly limit: string; readonly bytes?: string },
): string {
  return `lateral (
    select ${EVENT_COLUMNS} from (
      select e.*, sum(pg_column_size(e.data)) over (order by e.seq ${direction}) - pg_column_size(e.data) as bytes_before
      from (
        select ${EVENT_COLUMNS} from chat.event e where ${where} order by e.seq ${direction} limit ${limit}
      ) e
    ) e
    where e.bytes_before < ${bytes}
  ) e`;
}
