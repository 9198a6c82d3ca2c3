import { partsLength, type Part, type RunOutcome } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { insertChunk } from './chunk-sql.js';
import { endRun, type EndedRun, type RunEnding } from './end-run.js';
import { hasEnded, lockRun } from './lock-run.js';

export interface FinishRequest extends RunEnding {
  readonly runId: string;
  readonly attempt: number;
  /** Offset of `parts`: the length committed so far. */
  readonly off: number;
  /** Output that was not committed yet; it becomes visible with the end. */
  readonly parts: readonly Part[];
}

/**
 * `finished` = the message and the end are in the log since this call; `ended` = the run had its result before;
 * `fenced` = a newer attempt owns the run, it was given back, or the offset is not where it stands.
 */
export type FinishOutcome =
  | { readonly status: 'finished'; readonly run: EndedRun }
  | { readonly status: 'ended'; readonly outcome: RunOutcome }
  | { readonly status: 'fenced' };

/**
 * Ends a run: its whole text becomes a message of the agent, in the same transaction as the end itself and the choice of
 * the run that comes next. A second end changes nothing.
 * @throws AppError `unavailable` with an unknown outcome: a repetition answers `ended` if this one had succeeded
 */
export function finishRun(db: Database, request: FinishRequest): Promise<FinishOutcome> {
  const { runId, attempt, off, parts, outcome, error } = request;
  return db.transaction(async (tx): Promise<FinishOutcome> => {
    const run = await lockRun(tx, runId);
    if (run === undefined) return { status: 'fenced' };
    if (hasEnded(run.status)) return { status: 'ended', outcome: run.status };
    if (run.status !== 'running' || run.attempt !== attempt || !run.hasOwner) return { status: 'fenced' };
    const end = off + partsLength(parts);
    if (off === run.length && end > off) await insertChunk(tx, run, off, parts);
    else if (end !== run.length) return { status: 'fenced' };
    return { status: 'finished', run: await endRun(tx, run, end, { outcome, error }) };
  });
}
