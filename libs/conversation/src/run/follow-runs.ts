import { partsFrom, type Part, type RunCursor, type RunFollow, type RunStatus } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { Principal } from '../principal.js';
import { partsOfChunks } from './chunk-sql.js';
import { hasEnded } from './lock-run.js';

interface Row {
  index: number;
  status: RunStatus;
  attempt: number;
  length: number;
  first_off: number;
  chunks: Part[][];
}

// The client's chunk borders need not be ours: reading starts at the chunk that contains its offset.
const FOLLOW = {
  name: 'runs_follow',
  text: `select i.ord::int - 1 as index, r.status, r.attempt, r.length, s.first_off,
                case when r.status = 'running' then (
                  select coalesce(jsonb_agg(c.parts order by c.off), '[]')
                  from chat.run_chunk c where c.run_id = r.id and c.attempt = r.attempt and c.off >= s.first_off
                ) else '[]' end as chunks
         from unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[], $5::uuid[]) with ordinality
           as i (run_id, attempt, off, tenant_id, user_id, ord)
         join chat.run r on r.id = i.run_id and r.tenant_id = i.tenant_id
         join chat.thread t on t.id = r.thread_id and t.deleted_at is null
         join chat.member m on m.thread_id = r.thread_id and m.user_id = i.user_id
         cross join lateral (
           select coalesce(max(c.off), 0) as first_off
           from chat.run_chunk c
           where c.run_id = r.id and c.attempt = r.attempt and i.attempt = r.attempt and i.off <= r.length and c.off <= i.off
         ) s`,
};

function follow({ runId, attempt, off }: RunCursor, row: Row | undefined): RunFollow {
  if (row === undefined) return { status: 'denied', runId };
  const { status, attempt: current, length } = row;
  if (hasEnded(status)) return { status: 'ended', runId, attempt: current, length, outcome: status };
  const parts = partsOfChunks(row.chunks);
  if (attempt !== current || off > length) return { status: 'snapshot', runId, attempt: current, off: 0, parts };
  return { status: 'tail', runId, attempt: current, off, parts: partsFrom(parts, off - row.first_off) };
}

/** A run that somebody wants to follow. */
export interface FollowRequest {
  readonly principal: Principal;
  readonly cursor: RunCursor;
}

/** What each run has produced beyond what its client holds, in the order given. */
export async function followMany(db: Database, requests: readonly FollowRequest[]): Promise<RunFollow[]> {
  if (requests.length === 0) return [];
  const rows = await db.query<Row>(FOLLOW, [
    requests.map(({ cursor }) => cursor.runId),
    requests.map(({ cursor }) => cursor.attempt),
    requests.map(({ cursor }) => cursor.off),
    requests.map(({ principal }) => principal.tenantId),
    requests.map(({ principal }) => principal.userId),
  ]);
  const byIndex = new Map(rows.map((row) => [row.index, row]));
  return requests.map(({ cursor }, index) => follow(cursor, byIndex.get(index)));
}

/** {@link followMany} for one client. */
export function followRuns(db: Database, principal: Principal, cursors: readonly RunCursor[]): Promise<RunFollow[]> {
  return followMany(
    db,
    cursors.map((cursor) => ({ principal, cursor })),
  );
}
