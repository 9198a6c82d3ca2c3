import { AppError, type Part, type RunOutcome, type RunRetryMode } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { writeEvents } from '../log/write-events.js';
import type { Published } from '../published.js';
import type { AgentConfig, AgentProvider } from '../user/provision.js';
import { committedParts, insertChunk } from './chunk-sql.js';
import { endRun, type EndedRun } from './end-run.js';
import { hasEnded, lockRun, type LockedRun } from './lock-run.js';

export interface ClaimRequest {
  readonly runId: string;
  /** Identity of the worker. */
  readonly owner: string;
  readonly leaseMs: number;
  /** A run of which this many attempts lost their workers fails: it may be what kills them. Absent = no bound. */
  readonly maxLostAttempts?: number;
  /** Whether an agent can go on from a text that another attempt left. */
  readonly canContinue: (agent: AgentDefinition) => boolean;
}

/** An agent as the worker reaches it. */
export interface AgentDefinition {
  readonly id: string;
  readonly name: string;
  readonly provider: AgentProvider;
  readonly config: AgentConfig;
}

/** A run that this worker executes until its lease ends. */
export interface ClaimedRun {
  readonly runId: string;
  readonly threadId: string;
  readonly tenantId: string;
  readonly memberVersion: number;
  readonly agent: AgentDefinition;
  readonly attempt: number;
  readonly mode: 'answer' | RunRetryMode;
  /** The answer covers the log up to here. */
  readonly inputSeq: number;
  /** Length of `prefix`: how much of the seen text stays. */
  readonly base: number;
  /** The text to go on from. */
  readonly prefix: readonly Part[];
  /** A cancel came while nobody executed the run: end it as cancelled. */
  readonly cancelRequested: boolean;
  /** First claim, ISO 8601: the time limit of a run counts from here. */
  readonly startedAt: string;
  /** From the message that asked for it to this claim, in ms, by Postgres' clock. */
  readonly waitedMs: number;
  /** From when it could be executed to this claim, in ms: asked for, and no other answer of its thread before it. */
  readonly readyMs: number;
  /** SLOs that count the run as bad already, because nobody had claimed it in time. */
  readonly overdueFor: readonly string[];
  /** Since the last renewal by the worker that lost the run, in ms; null = none did, or it gave the run back. */
  readonly lostMs: number | null;
  /** An attempt before this one had text that people have seen. */
  readonly hasSpoken: boolean;
}

/**
 * `waiting` = another run of the thread goes first; `leased` = a worker holds it; `ended` = it has its result;
 * `unknown` = no such run. All but `claimed` are ordinary answers to a doorbell that rang twice.
 */
export type ClaimOutcome =
  | {
      readonly status: 'claimed';
      readonly run: ClaimedRun;
      /** `run.started`, on the first attempt. */
      readonly published?: Published;
    }
  | { readonly status: 'waiting' | 'unknown' }
  /** This call ended it. */
  | { readonly status: 'exhausted'; readonly run: EndedRun }
  | { readonly status: 'leased'; readonly retryAfterMs: number }
  | { readonly status: 'ended'; readonly outcome: RunOutcome };

const RUNNING = { name: 'run_of_thread', text: `select 1 from chat.run where thread_id = $1 and status = 'running'` };

const CLAIM = {
  name: 'run_claim',
  text: `update chat.run set status = 'running', attempt = attempt + 1, lease_owner = $2,
                lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0), length = $4,
                lost_attempts = $6, input_seq = coalesce(input_seq, $5), started_at = coalesce(started_at, clock_timestamp())
         where id = $1
         returning attempt, input_seq, started_at,
                   extract(epoch from clock_timestamp() - created_at)::float8 * 1000 as waited_ms,
                   extract(epoch from clock_timestamp() - greatest(created_at, ready_at))::float8 * 1000 as ready_ms,
                   array(select o.slo from slo.overdue_run o where o.run_id = chat.run.id) as overdue_for`,
};

interface ClaimRow {
  readonly attempt: number;
  readonly input_seq: number;
  readonly started_at: Date;
  readonly waited_ms: number;
  readonly ready_ms: number;
  readonly overdue_for: readonly string[];
}

const REKEY = {
  name: 'chunks_rekey',
  text: 'update chat.run_chunk set attempt = $2 where run_id = $1 and attempt < $2',
};
const CLEAR = { name: 'chunks_clear', text: 'delete from chat.run_chunk where run_id = $1' };

const AGENT = {
  name: 'run_agent',
  text: `select u.id, u.name, a.provider, a.config from chat.agent a join chat.app_user u on u.id = a.user_id
         where a.user_id = $1`,
};

const LEFT_TEXT = {
  name: 'run_left_text',
  text: `select r.length, e.data #> '{body,parts}' as parts
         from chat.run r join chat.event e on e.id = r.message_id and e.erased_at is null
         where r.id = $1 and r.thread_id = $2`,
};

/**
 * Claims a run for one worker: a queued one if no other run of its thread is at work, or one whose lease has ended. The
 * first attempt fixes what the answer covers; a later one keeps the committed text if its agent can go on from it.
 */
export function claimRun(db: Database, request: ClaimRequest): Promise<ClaimOutcome> {
  return db.transaction(async (tx): Promise<ClaimOutcome> => {
    const run = await lockRun(tx, request.runId);
    if (run === undefined) return { status: 'unknown' };
    if (hasEnded(run.status)) return { status: 'ended', outcome: run.status };
    if (run.status === 'running' && run.leaseMs > 0) return { status: 'leased', retryAfterMs: run.leaseMs };
    if (run.hasOwner && lostAttempts(run) >= (request.maxLostAttempts ?? Infinity)) {
      const error = new AppError('agent_failed', 'The agent was interrupted too often. You can try again.').toWire();
      return { status: 'exhausted', run: await endRun(tx, run, run.length, { outcome: 'failed', error }) };
    }
    if (run.status === 'queued' && (await tx.query(RUNNING, [run.thread.id])).length > 0) return { status: 'waiting' };
    return take(tx, run, request);
  });
}

/** Attempts that neither ended the run nor gave it back, the last one included. */
function lostAttempts(run: LockedRun): number {
  return run.lostAttempts + (run.hasOwner ? 1 : 0);
}

async function take(tx: Tx, run: LockedRun, request: ClaimRequest): Promise<ClaimOutcome> {
  const { thread } = run;
  const [agent] = await tx.query<AgentDefinition>(AGENT, [run.agentId]);
  if (agent === undefined) throw new RangeError('a run without its agent');
  const isFirst = run.attempt === 0;
  const continues = request.canContinue(agent);
  const left = isFirst && continues ? await textToContinue(tx, run) : undefined;
  const base = left?.length ?? (continues ? run.length : 0);
  const [claimed] = await tx.query<ClaimRow>(CLAIM, [
    run.id,
    request.owner,
    request.leaseMs,
    base,
    thread.head,
    lostAttempts(run),
  ]);
  if (claimed === undefined) throw new RangeError('a locked run vanished');
  const { attempt, input_seq: inputSeq, started_at: startedAt, waited_ms: waitedMs, ready_ms: readyMs } = claimed;
  if (left !== undefined) await insertChunk(tx, { id: run.id, attempt }, 0, left.parts);
  else if (!isFirst) await (continues ? tx.query(REKEY, [run.id, attempt]) : tx.query(CLEAR, [run.id]));
  const { tenantId, id: threadId, memberVersion } = thread;
  const claim: ClaimedRun = {
    ...{ runId: run.id, threadId, tenantId, memberVersion, agent, attempt, mode: run.mode, inputSeq, base },
    prefix: base > 0 ? await committedParts(tx, run.id) : [],
    cancelRequested: run.cancelRequested,
    startedAt: startedAt.toISOString(),
    waitedMs,
    readyMs,
    overdueFor: claimed.overdue_for,
    // A lease is renewed for its whole length.
    lostMs: run.hasOwner ? run.leaseEndedMs + request.leaseMs : null,
    hasSpoken: run.length > 0,
  };
  if (!isFirst) return { status: 'claimed', run: claim };
  const data = { runId: run.id, agentId: agent.id };
  const started = { senderId: agent.id, runId: run.id, draft: { type: 'run.started' as const, data } };
  const events = await writeEvents(tx, threadId, [started]);
  return { status: 'claimed', run: claim, published: { tenantId, threadId, memberVersion, epoch: tx.epoch, events } };
}

/** The text of the ended run that this one continues. */
async function textToContinue(tx: Tx, run: LockedRun): Promise<{ length: number; parts: Part[] } | undefined> {
  if (run.mode !== 'continue' || run.retryOf === null) return undefined;
  const [left] = await tx.query<{ length: number; parts: Part[] }>(LEFT_TEXT, [run.retryOf, run.thread.id]);
  return left === undefined || left.length === 0 ? undefined : left;
}
