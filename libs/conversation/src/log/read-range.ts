import type { Database } from '@holdfast/database';
import type { Published } from '../published.js';
import { EVENT_COLUMNS, toLogEvent, type EventRow } from './event-row.js';
import { pageSql } from './page-sql.js';

/** Events after a seq, with the head of the thread in the same snapshot. */
export interface Range extends Published {
  readonly head: number;
}

interface Row extends EventRow {
  tenant_id: string;
  member_version: number;
  head: number;
}

const RANGE = {
  name: 'events_range',
  text: `select t.tenant_id, t.member_version, t.head, ${EVENT_COLUMNS}
         from chat.thread t
         left join ${pageSql('asc', 'e.thread_id = t.id and e.seq > $2', { limit: '$3' })} on true
         where t.id = $1 and t.deleted_at is null
         order by e.seq`,
};

/**
 * Events after `afterSeq` without a check of membership, for what addresses a room that has its members checked.
 * Undefined if the thread does not exist or was deleted.
 */
export async function readRange(
  db: Database,
  request: { readonly threadId: string; readonly afterSeq: number; readonly limit: number },
): Promise<Range | undefined> {
  const { threadId, afterSeq, limit } = request;
  const { rows, epoch } = await db.read<Row>(RANGE, [threadId, afterSeq, limit]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const { tenant_id: tenantId, member_version: memberVersion, head } = first;
  const events = rows.filter((row) => (row.seq as number | null) !== null).map(toLogEvent);
  return { tenantId, threadId, memberVersion, epoch, head, events };
}
