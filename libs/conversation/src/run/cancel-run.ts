import { AppError, type RunStatus } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { noSuchThread } from '../log/lock-thread.js';
import type { Principal } from '../principal.js';
import { endRun, type EndedRun } from './end-run.js';
import { hasEnded, lockRun, type LockedRun } from './lock-run.js';

export interface CancelOutcome {
  /** State of the run after this call; `running` = its worker was asked to stop and will. */
  readonly status: RunStatus;
  /** The end, if this call ended the run because no worker held it. */
  readonly ended?: EndedRun;
  /** True if a worker holds the run: hint it. */
  readonly hint: boolean;
}

const MEMBER = { name: 'member_exists', text: 'select 1 from chat.member where thread_id = $1 and user_id = $2' };
const FLAG = {
  name: 'run_cancel',
  text: 'update chat.run set cancel_at = coalesce(cancel_at, clock_timestamp()) where id = $1',
};

/** Locks a run of a thread in which the principal takes part. */
export async function lockRunAsMember(tx: Tx, principal: Principal, runId: string): Promise<LockedRun> {
  const run = await lockRun(tx, runId);
  if (run?.thread.tenantId !== principal.tenantId) throw noSuchRun();
  if ((await tx.query(MEMBER, [run.thread.id, principal.userId])).length === 0) throw noSuchRun();
  if (run.thread.deleted) throw noSuchThread();
  return run;
}

function noSuchRun(): AppError {
  return new AppError('not_found', 'No such run.');
}

/**
 * Cancels a run for a member of its thread. A run that waits, or whose worker is gone, ends here and now with the text
 * it has; otherwise its worker reads the request at its next commit. Idempotent; an ended run keeps its result.
 * @throws AppError `not_found` for strangers
 */
export function cancelRun(db: Database, principal: Principal, runId: string): Promise<CancelOutcome> {
  return db.transaction(async (tx): Promise<CancelOutcome> => {
    const run = await lockRunAsMember(tx, principal, runId);
    if (hasEnded(run.status)) return { status: run.status, hint: false };
    if (run.status === 'running' && run.leaseMs > 0) {
      await tx.query(FLAG, [runId]);
      return { status: 'running', hint: true };
    }
    const ended = await endRun(tx, run, run.length, { outcome: 'cancelled' });
    return { status: 'cancelled', ended, hint: false };
  });
}
