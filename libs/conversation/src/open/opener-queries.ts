import {
  partsLength,
  type LiveRun,
  type LogEvent,
  type Member,
  type MemberRole,
  type Part,
  type UserKind,
} from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { EVENT_JSON } from '../log/event-row.js';
import { pageSql } from '../log/page-sql.js';
import { bytesOf, CHUNKS_OF_W, partsOfChunks, RUN_READ_BYTES } from '../run/chunk-sql.js';
import { encodedOnce } from './encoded-once.js';
import type { BoundedRange } from './plan-ranges.js';
import { SUMMARY_COLUMNS, SUMMARY_JOINS, type SummaryRow } from '../thread/summary.js';

/** Members that an answer lists; the whole list has a page of its own. */
const MEMBERS_LISTED = 200;

/** Who wants to read which thread. */
export interface AccessRequest {
  readonly threadId: string;
  readonly tenantId: string;
  readonly userId: string;
}

/** The members of thread `x`, agents and owner first. */
const MEMBERS_OF_X = `
  (select coalesce(jsonb_agg(to_jsonb(m)), '[]') from (
     select m.user_id, u.name, u.kind, m.role, m.joined_at
     from chat.member m join chat.app_user u on u.id = m.user_id
     where m.thread_id = x.id
     order by u.kind = 'agent' desc, m.role = 'owner' desc, m.joined_at, m.user_id
     limit ${String(MEMBERS_LISTED)}
   ) m)`;

// Members come once for each thread, with the first of those who may see it.
const ACCESS = {
  name: 'open_access',
  text: `select x.*, case when x.nth = 1 then ${MEMBERS_OF_X} end as members
         from (
           select i.ord::int - 1 as index, row_number() over (partition by t.id order by i.ord) as nth, ${SUMMARY_COLUMNS}
           from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality as i (thread_id, tenant_id, user_id, ord)
           join chat.thread t on t.id = i.thread_id and t.tenant_id = i.tenant_id and t.deleted_at is null
           join chat.member m on m.thread_id = i.thread_id and m.user_id = i.user_id
           ${SUMMARY_JOINS}
         ) x`,
};

const RUNS = {
  name: 'open_runs',
  text: `with live as (
           select i.ord, r.*, 0 as first_off, ${bytesOf('r', '0')} as bytes
           from unnest($1::uuid[]) with ordinality as i (thread_id, ord) cross join lateral (
             select * from chat.run r where r.thread_id = i.thread_id and r.status = 'running'
             union all
             select * from chat.run r where r.thread_id = i.thread_id and r.status = 'queued'
           ) r
         )
         select w.id, w.thread_id, w.agent_id, w.status, w.attempt, w.length, w.started_at, w.bytes::float8,
                case when w.before < $2 then ${CHUNKS_OF_W} end as chunks
         from (select l.*, sum(bytes) over (order by ord, id) - bytes as before from live l) w`,
};

const page = (name: string, direction: 'asc' | 'desc') => ({
  name,
  text: `select i.ord::int - 1 as index, p.events
         from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::integer[]) with ordinality
           as i (thread_id, after, until, max_bytes, ord)
         cross join lateral (
           select '[' || string_agg(${EVENT_JSON}, ',' order by e.seq) || ']' as events
           from ${pageSql(direction, 'e.thread_id = i.thread_id and e.seq > i.after and e.seq <= i.until', {
             limit: '$5',
             bytes: 'i.max_bytes',
           })}
         ) p
         where p.events is not null`,
});

const PAGES = { asc: page('open_events_after', 'asc'), desc: page('open_events_last', 'desc') };

/** What a batch of requests may see. */
export interface Access {
  readonly epoch: string;
  /** Of each request; undefined = nothing. */
  readonly rows: readonly (SummaryRow | undefined)[];
  /** Of each thread that anybody may see. */
  readonly members: ReadonlyMap<string, Member[]>;
}

type AccessRow = SummaryRow & { index: number; members: MemberRow[] | null };

/** Everything comes from one snapshot. */
export async function queryAccess(db: Database, requests: readonly AccessRequest[]): Promise<Access> {
  const { rows, epoch } = await db.read<AccessRow>(ACCESS, [
    requests.map(({ threadId }) => threadId),
    requests.map(({ tenantId }) => tenantId),
    requests.map(({ userId }) => userId),
  ]);
  const byIndex = new Map(rows.map((row) => [row.index, row]));
  const members = rows.flatMap((row) => (row.members === null ? [] : [[row.id, row.members.map(toMember)] as const]));
  return { epoch, rows: requests.map((_, index) => byIndex.get(index)), members: new Map(members) };
}

interface MemberRow {
  user_id: string;
  name: string;
  kind: UserKind;
  role: MemberRole;
  /** A date from a column, text from JSON. */
  joined_at: Date | string;
}

export function toMember({ user_id: userId, name, kind, role, joined_at }: MemberRow): Member {
  return { userId, name, kind, role, joinedAt: new Date(joined_at).toISOString() };
}

interface RunRow {
  id: string;
  thread_id: string;
  agent_id: string;
  status: 'queued' | 'running';
  attempt: number;
  length: number;
  started_at: Date | null;
  bytes: number;
  /** Null where others have used up what may be read at once. */
  chunks: Part[][] | null;
}

/** A run that has not ended, and about how much its text takes. */
export interface SizedRun {
  readonly run: LiveRun;
  readonly bytes: number;
}

/**
 * The runs of each thread that have not ended, with all their output as far as the bound of a batch allows; the others
 * stand at their length, without what comes before.
 */
export async function queryLiveRuns(db: Database, threadIds: readonly string[]): Promise<Map<string, SizedRun[]>> {
  if (threadIds.length === 0) return new Map();
  const rows = await db.query<RunRow>(RUNS, [threadIds, RUN_READ_BYTES.batch]);
  const byThread = groupByThread(rows);
  return new Map([...byThread].map(([threadId, runs]) => [threadId, runs.map(toSizedRun)]));
}

/** The run without its text: whoever wants that follows the run. */
export function withoutText(run: LiveRun): LiveRun {
  return { ...run, off: run.off + partsLength(run.parts), parts: [] };
}

function toSizedRun(row: RunRow): SizedRun {
  const run = toLiveRun(row);
  return row.chunks === null ? { run: { ...run, off: row.length }, bytes: 0 } : { run, bytes: row.bytes };
}

function toLiveRun(row: RunRow): LiveRun {
  return {
    runId: row.id,
    threadId: row.thread_id,
    agentId: row.agent_id,
    status: row.status,
    attempt: row.attempt,
    off: 0,
    parts: partsOfChunks(row.chunks ?? []),
    startedAt: row.started_at?.toISOString() ?? null,
  };
}

/** The events of each range, oldest first, at most `limit` and what its bytes allow. */
export async function queryRanges(
  db: Database,
  ranges: readonly BoundedRange[],
  limit: number,
): Promise<Map<BoundedRange, LogEvent[]>> {
  const found = new Map<BoundedRange, LogEvent[]>(ranges.map((range) => [range, []]));
  for (const direction of ['asc', 'desc'] as const) {
    const wanted = ranges.filter((range) => range.direction === direction && range.until > range.after);
    if (wanted.length === 0) continue;
    const rows = await db.query<{ index: number; events: string }>(PAGES[direction], [
      wanted.map(({ threadId }) => threadId),
      wanted.map(({ after }) => after),
      wanted.map(({ until }) => until),
      wanted.map(({ maxBytes }) => maxBytes),
      limit,
    ]);
    for (const { index, events } of rows) {
      const range = wanted[index];
      // Rows were checked when they were written, so that reading does not check again.
      if (range !== undefined) found.set(range, encodedOnce(JSON.parse(events) as LogEvent[], events));
    }
  }
  return found;
}

function groupByThread<Row extends { thread_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.thread_id);
    if (group === undefined) groups.set(row.thread_id, [row]);
    else group.push(row);
  }
  return groups;
}
