import { partsLength, type Part } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';

/** Output of one run since its last commit; no parts = renew the lease only. */
export interface RunChunk {
  readonly runId: string;
  readonly attempt: number;
  /** Offset of the first part: the length committed so far. */
  readonly off: number;
  readonly parts: readonly Part[];
}

/**
 * `accepted` = in the database since this call; `already` = an earlier call, whose reply was lost, had committed it;
 * `fenced` = a newer attempt owns the run, it was given back, or the offset is not where the run stands: stop and write nothing more;
 * `ended` = the run has its result; `busy` = somebody works on the run's row: commit the same chunk again.
 */
export type ChunkStatus = 'accepted' | 'already' | 'fenced' | 'ended' | 'busy';

export interface ChunkOutcome {
  readonly runId: string;
  readonly status: ChunkStatus;
  /** Committed length of the run, in offset units. */
  readonly length: number;
  /** Somebody asked to stop. */
  readonly cancelRequested: boolean;
  /** For the address of the room. */
  readonly memberVersion: number;
}

interface Row {
  status: ChunkStatus;
  length: number;
  cancel: boolean;
  member_version: number;
}

const COMMIT = {
  name: 'commit_chunks_v1',
  text: `select status, length, cancel, member_version
         from chat.commit_chunks_v1($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6) order by ord`,
};

/**
 * Commits the output of many runs, renews their leases and reads their cancel flags, in one round trip. Outcomes come in
 * the order given; a run must not occur twice in one call.
 * @throws AppError `unavailable` with an unknown outcome: repeat the same chunks
 */
export async function commitChunks(
  db: Database,
  chunks: readonly RunChunk[],
  leaseMs: number,
): Promise<ChunkOutcome[]> {
  if (chunks.length === 0) return [];
  const rows = await db.query<Row>(COMMIT, [
    chunks.map(({ runId }) => runId),
    chunks.map(({ attempt }) => attempt),
    chunks.map(({ off }) => off),
    chunks.map(({ parts }) => partsLength(parts)),
    chunks.map(({ parts }) => JSON.stringify(parts)),
    leaseMs,
  ]);
  return rows.map((row, index) => ({
    runId: chunks[index]?.runId ?? '',
    status: row.status,
    length: row.length,
    cancelRequested: row.cancel,
    memberVersion: row.member_version,
  }));
}
