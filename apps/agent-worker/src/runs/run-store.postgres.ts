import type { Part } from '@holdfast/contracts';
import {
  claimRun,
  commitChunks,
  findDueRuns,
  finishRun,
  journalGet,
  journalPut,
  loadHistory,
  memberIds,
  releaseRun,
  type AgentDefinition as StoredAgent,
  type ClaimedRun,
  type Published,
} from '@holdfast/conversation';
import type { Database } from '@holdfast/database';
import type { AgentDefinition, HistoryMessage } from '../agents/agent.port.js';
import type { Json } from '../journal/journal.port.js';
import {
  RunStore,
  type ChunkOutcome,
  type ClaimResult,
  type ChunkWrite,
  type DueWork,
  type EndResult,
  type Recalled,
  type RunClaim,
  type RunEnd,
  type StepKey,
} from './run-store.port.js';

/** Messages of history that a run loads at most; agents keep what fits their budget. */
const HISTORY_MESSAGES = 200;
/** Members up to which each is told that the thread moved; beyond, clients refetch. */
const TOLD_MEMBERS = 1_000;
/** Attempts that lost their workers after which a run is given up: it may be what ends them. */
const MAX_LOST_ATTEMPTS = 5;

export interface StoreOptions {
  /** Identity of this worker in leases. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Whether an agent goes on from text that another attempt left. */
  readonly continues: (agent: AgentDefinition) => boolean;
}

function definitionOf({ id, name, provider, config }: StoredAgent): AgentDefinition {
  return { id, name, provider, settings: { ...config } };
}

function claimOf(run: ClaimedRun, published: Published | undefined): RunClaim {
  const { runId, threadId, tenantId, memberVersion, attempt, inputSeq, prefix, cancelRequested, startedAt, waitedMs } =
    run;
  const { readyMs, overdueFor, lostMs, hasSpoken } = run;
  // A first attempt begins now, whatever the clocks of two machines say.
  const elapsedMs = attempt === 1 ? 0 : Math.max(0, Date.now() - Date.parse(startedAt));
  return {
    ...{ runId, threadId, tenantId, memberVersion, attempt, inputSeq, prefix, cancelRequested, published },
    ...{ elapsedMs, waitedMs, readyMs, overdueFor, lostMs, hasSpoken },
    agent: definitionOf(run.agent),
  };
}

/** The store of runs, over the conversation's operations. */
export class PostgresRunStore extends RunStore {
  constructor(
    private readonly db: Database,
    private readonly options: StoreOptions,
  ) {
    super();
  }

  override async claim(runId: string): Promise<ClaimResult> {
    const { owner, leaseMs, continues } = this.options;
    const canContinue = (agent: StoredAgent): boolean => continues(definitionOf(agent));
    const outcome = await claimRun(this.db, { runId, owner, leaseMs, maxLostAttempts: MAX_LOST_ATTEMPTS, canContinue });
    if (outcome.status === 'exhausted') return { status: 'exhausted', run: outcome.run };
    if (outcome.status !== 'claimed') return { status: 'nothing' };
    return { status: 'claimed', claim: claimOf(outcome.run, outcome.published) };
  }

  override async due(limit: number, { steal }: { readonly steal: boolean }): Promise<DueWork> {
    const { runs, nextLeaseEndMs } = await findDueRuns(this.db, limit);
    const runIds = runs.filter(({ reason }) => steal || reason !== 'abandoned').map(({ runId }) => runId);
    return { runIds, nextLeaseEndMs };
  }

  override commit(writes: readonly ChunkWrite[]): Promise<ChunkOutcome[]> {
    return commitChunks(this.db, writes, this.options.leaseMs);
  }

  override finish({ error, ...end }: RunEnd): Promise<EndResult> {
    return finishRun(this.db, { ...end, ...(error === null ? {} : { error }) });
  }

  override async release(claim: Pick<RunClaim, 'runId' | 'attempt'>): Promise<void> {
    await releaseRun(this.db, claim);
  }

  override async history({ threadId, inputSeq, agent }: RunClaim): Promise<readonly HistoryMessage[]> {
    const messages = await loadHistory(this.db, { threadId, inputSeq, limit: HISTORY_MESSAGES });
    return messages.map(({ messageId, senderId, senderName, parts }) => ({
      messageId,
      role: senderId === agent.id ? 'agent' : 'person',
      name: senderName,
      parts: [...parts] satisfies Part[],
    }));
  }

  override async memberIds(threadId: string): Promise<readonly string[]> {
    const { userIds } = await memberIds(this.db, threadId);
    return userIds.length > TOLD_MEMBERS ? [] : userIds;
  }

  override async recall({ runId, attempt }: RunClaim, { step, name, argsHash }: StepKey): Promise<Recalled> {
    const entry = await journalGet(this.db, { runId, attempt, step, tool: name, argsHash });
    return entry.status === 'absent' ? entry : { status: 'recorded', result: entry.result as Json };
  }

  override async record({ runId, attempt }: RunClaim, step: StepKey, result: Json): Promise<Json> {
    const key = { runId, attempt, step: step.step, tool: step.name, argsHash: step.argsHash };
    return (await journalPut(this.db, key, result)).result as Json;
  }
}
