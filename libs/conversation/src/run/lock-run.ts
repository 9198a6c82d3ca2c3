/**
 * A run's states, in the column `status`. Every change happens under the lock that this file takes.
 *
 *   queued  ──claim: first of its thread──▶ running (attempt 1)
 *   running ──claim after the lease ended──▶ running (attempt + 1, which fences the one before)
 *   running ──release: its worker leaves──▶ running without owner: whoever had it is fenced, the next one claims it
 *   running ──finish──▶ completed, failed or cancelled
 *   queued, or running without a lease ──cancel──▶ cancelled
 *
 * The last three states are final.
 */
import type { RunRetryMode, RunStatus } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';
import { lockThread, type LockedThread } from '../log/lock-thread.js';

/** A run whose row, and whose thread's row, this transaction has locked. */
export interface LockedRun {
  readonly id: string;
  readonly thread: LockedThread;
  readonly agentId: string;
  readonly status: RunStatus;
  readonly mode: 'answer' | RunRetryMode;
  readonly attempt: number;
  /** Attempts before this one that lost their worker. */
  readonly lostAttempts: number;
  readonly inputSeq: number | null;
  readonly length: number;
  readonly cancelRequested: boolean;
  readonly retryOf: string | null;
  /** A worker took it and neither ended it nor gave it back. */
  readonly hasOwner: boolean;
  /** Rest of the lease in ms; 0 = nobody holds it. */
  readonly leaseMs: number;
  /** Time since the lease ended in ms; 0 = it has not, or there was none. */
  readonly leaseEndedMs: number;
}

interface Row {
  agent_id: string;
  status: RunStatus;
  mode: 'answer' | RunRetryMode;
  attempt: number;
  lost_attempts: number;
  input_seq: number | null;
  length: number;
  cancelled: boolean;
  retry_of: string | null;
  has_owner: boolean;
  lease_ms: number;
  lease_ended_ms: number;
}

const THREAD_OF = { name: 'run_thread', text: 'select thread_id from chat.run where id = $1' };

const LOCK = {
  name: 'run_lock',
  text: `select agent_id, status, mode, attempt, lost_attempts, input_seq, length, cancel_at is not null as cancelled, retry_of,
                lease_owner is not null as has_owner,
                greatest(0, ceil(extract(epoch from lease_until - clock_timestamp()) * 1000))::int as lease_ms,
                greatest(0, extract(epoch from clock_timestamp() - lease_until) * 1000)::float8 as lease_ended_ms
         from chat.run where id = $1 for no key update`,
};

/** Locks the thread, then the run: the one order in which everybody takes them. Undefined if there is no such run. */
export async function lockRun(tx: Tx, runId: string): Promise<LockedRun | undefined> {
  const [found] = await tx.query<{ thread_id: string }>(THREAD_OF, [runId]);
  const thread = found === undefined ? undefined : await lockThread(tx, found.thread_id);
  if (thread === undefined) return undefined;
  const [row] = await tx.query<Row>(LOCK, [runId]);
  if (row === undefined) return undefined;
  const { agent_id: agentId, input_seq: inputSeq, cancelled, retry_of: retryOf, ...others } = row;
  const { has_owner: hasOwner, lease_ms: leaseMs, lease_ended_ms: leaseEndedMs, ...counted } = others;
  const { lost_attempts: lostAttempts, ...rest } = counted;
  return {
    ...{ ...rest, id: runId, thread, agentId, inputSeq, cancelRequested: cancelled, retryOf },
    ...{ hasOwner, leaseMs, leaseEndedMs, lostAttempts },
  };
}

/** True once the run has its result. */
export function hasEnded(status: RunStatus): status is Exclude<RunStatus, 'queued' | 'running'> {
  return status !== 'queued' && status !== 'running';
}
