import { partsFrom, type Part, type RunCursor, type RunFollow, type RunStatus } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { Principal } from '../principal.js';
import { bytesOf, CHUNKS_OF_W, partsOfChunks, RUN_READ_BYTES } from './chunk-sql.js';
import { hasEnded } from './lock-run.js';

interface Row {
  index: number;
  status: RunStatus;
  attempt: number;
  length: number;
  first_off: number;
  /** Null where others have used up what may be read at once. */
  chunks: Part[][] | null;
}

/** When to ask again for a run that was not read, in ms. */
const RETRY_MS = 250;

// The client's chunk borders need not be ours: reading starts at the chunk that contains its offset. A cursor may name an
// attempt and an offset beyond what the columns of a run can hold: one that does must not fail the others of its batch.
const FOLLOW = {
  name: 'runs_follow',
  text: `with wanted as (
           select i.ord, i.client, r.id, r.status, r.attempt, r.length, s.first_off,
                  ${bytesOf('r', 's.first_off')} as bytes
           from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::integer[]) with ordinality
             as i (run_id, attempt, off, tenant_id, user_id, client, ord)
           join chat.run r on r.id = i.run_id and r.tenant_id = i.tenant_id
           join chat.thread t on t.id = r.thread_id and t.deleted_at is null
           join chat.member m on m.thread_id = r.thread_id and m.user_id = i.user_id
           cross join lateral (
             select coalesce(max(c.off), 0) as first_off
             from chat.run_chunk c
             where c.run_id = r.id and c.attempt = r.attempt and i.attempt = r.attempt and i.off <= r.length and c.off <= i.off
           ) s
         ), counted as (
           select w.*, sum(bytes) over (order by ord) - bytes as before,
                  sum(bytes) over (partition by client order by ord) - bytes as before_of_client
           from wanted w
         )
         select w.ord::int - 1 as index, w.status, w.attempt, w.length, w.first_off,
                case when w.status <> 'running' then '[]'
                     when w.before < $7 and w.before_of_client < $8 then ${CHUNKS_OF_W} end as chunks
         from counted w`,
};

function follow({ runId, attempt, off }: RunCursor, row: Row | undefined): RunFollow {
  if (row === undefined) return { status: 'denied', runId };
  const { status, attempt: current, length, chunks } = row;
  if (hasEnded(status)) return { status: 'ended', runId, attempt: current, length, outcome: status };
  if (chunks === null) return { status: 'pending', runId, retryAfterMs: RETRY_MS };
  const parts = partsOfChunks(chunks);
  if (attempt !== current || off > length) return { status: 'snapshot', runId, attempt: current, off: 0, parts };
  return { status: 'tail', runId, attempt: current, off, parts: partsFrom(parts, off - row.first_off) };
}

/** A run that somebody wants to follow. */
export interface FollowRequest {
  readonly principal: Principal;
  readonly cursor: RunCursor;
  /** Whoever is answered at once with it, by identity; absent = somebody else each time. */
  readonly client?: object;
}

/**
 * What each run has produced beyond what its client holds, in the order given. What is read at once is bounded, for a
 * client and for all of them, but for the one run that goes beyond: the runs behind it are `pending`.
 */
export async function followMany(db: Database, requests: readonly FollowRequest[]): Promise<RunFollow[]> {
  if (requests.length === 0) return [];
  const clients = new Map<object, number>();
  const numbers = requests.map(({ client = {} }) => {
    const number = clients.get(client) ?? clients.size;
    clients.set(client, number);
    return number;
  });
  const rows = await db.query<Row>(FOLLOW, [
    requests.map(({ cursor }) => cursor.runId),
    requests.map(({ cursor }) => cursor.attempt),
    requests.map(({ cursor }) => cursor.off),
    requests.map(({ principal }) => principal.tenantId),
    requests.map(({ principal }) => principal.userId),
    numbers,
    RUN_READ_BYTES.batch,
    RUN_READ_BYTES.client,
  ]);
  const byIndex = new Map(rows.map((row) => [row.index, row]));
  return requests.map(({ cursor }, index) => follow(cursor, byIndex.get(index)));
}

/** {@link followMany} for one client. */
export function followRuns(db: Database, principal: Principal, cursors: readonly RunCursor[]): Promise<RunFollow[]> {
  return followMany(
    db,
    cursors.map((cursor) => ({ principal, cursor, client: cursors })),
  );
}
