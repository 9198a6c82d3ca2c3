import { EVENT_COLUMNS } from './event-row.js';

/** Bytes of one page, beyond its first event. */
const PAGE_BYTES = 1_048_576;

/** Bytes that an event takes on the wire; compressed ones are stored in a small part of that. */
const BYTES_OF_E = `case when pg_column_compression(e.data) is null then pg_column_size(e.data)
                         else octet_length(e.data::text) end`;

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
      select e.*, sum(e.bytes) over (order by e.seq ${direction}) - e.bytes as bytes_before
      from (
        select ${EVENT_COLUMNS}, ${BYTES_OF_E} as bytes
        from chat.event e where ${where} order by e.seq ${direction} limit ${limit}
      ) e
    ) e
    where e.bytes_before < ${bytes}
  ) e`;
}
