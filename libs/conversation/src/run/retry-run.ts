import { AppError, type RunRetryMode } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../principal.js';
import { lockRunAsMember } from './cancel-run.js';
import { hasEnded } from './lock-run.js';

export interface RetryRequest {
  readonly runId: string;
  readonly mode: RunRetryMode;
  /** Idempotency key: one command makes one run. */
  readonly commandId: string;
}

export interface RetryOutcome {
  readonly runId: string;
  readonly threadId: string;
  /** True if an earlier call of this command had made the run. */
  readonly duplicate: boolean;
}

const BY_COMMAND = { name: 'run_by_command', text: 'select id from chat.run where thread_id = $1 and command_id = $2' };
const QUEUED = { name: 'run_queued', text: `select id from chat.run where thread_id = $1 and status = 'queued'` };

const INSERT = {
  name: 'run_retry',
  text: `insert into chat.run
           (id, thread_id, tenant_id, agent_id, trigger_event_id, status, mode, input_seq, retry_of, command_id, created_at)
         select $1, r.thread_id, r.tenant_id, r.agent_id, r.trigger_event_id, 'queued', $3, r.input_seq, r.id, $4,
                clock_timestamp()
         from chat.run r where r.id = $2`,
};

/**
 * Queues a new run for the question of a run that has ended. Idempotent by `commandId`. Ring for the run it answers.
 * @throws AppError `not_found` for strangers, `conflict` while the run has not ended or another one waits already
 */
export function retryRun(db: Database, principal: Principal, request: RetryRequest): Promise<RetryOutcome> {
  const { runId, mode, commandId } = request;
  return db.transaction(async (tx): Promise<RetryOutcome> => {
    const run = await lockRunAsMember(tx, principal, runId);
    const threadId = run.thread.id;
    const [earlier] = await tx.query<{ id: string }>(BY_COMMAND, [threadId, commandId]);
    if (earlier !== undefined) return { runId: earlier.id, threadId, duplicate: true };
    if (!hasEnded(run.status)) throw new AppError('conflict', 'The run has not ended.');
    if ((await tx.query(QUEUED, [threadId])).length > 0) throw new AppError('conflict', 'Another run waits already.');
    const id = uuidv7();
    await tx.query(INSERT, [id, runId, mode, commandId]);
    return { runId: id, threadId, duplicate: false };
  });
}
