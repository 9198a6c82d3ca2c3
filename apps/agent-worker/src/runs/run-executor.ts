import { AppError } from '@holdfast/contracts';
import { metrics, type Logger } from '@holdfast/observability';
import type { EndedRun } from '@holdfast/conversation';
import type { SloRecorder } from '@holdfast/slo-recorder';
import type { AgentContext } from '../agents/agent.port.js';
import type { AgentRegistry } from '../agents/agent-registry.js';
import { RunJournal } from '../journal/run.journal.js';
import type { Announcer } from './announcer.js';
import type { ChunkCommitter } from './chunk-committer.js';
import type { LiveRun } from './live-run.js';
import { persist } from './persist.js';
import { produce } from './produce.js';
import { RunMeasurement } from './run-measurement.js';
import type { RunEnd, RunStore } from './run-store.port.js';

/** Collaborators of {@link RunExecutor}. */
export interface ExecutorParts {
  readonly store: RunStore;
  readonly committer: ChunkCommitter;
  readonly agents: AgentRegistry;
  readonly announcer: Announcer;
  readonly recorder: SloRecorder;
}

/** Bounds of {@link RunExecutor}, in ms. */
export interface ExecutorLimits {
  /** Longest time of a run over all its attempts. */
  readonly runTimeoutMs: number;
  /** How long an ended attempt may try to write its end while Postgres is away. */
  readonly holdMs: number;
}

type Verdict = Pick<RunEnd, 'outcome' | 'error'> | 'released' | 'lost';

/**
 * Executes one attempt:
 *
 *     claimed → streaming → drained → ended (completed | failed | cancelled)
 *         \________\___________\____→ released: shutdown; another worker continues at once
 *                                \__→ lost: another attempt has the run; ends without a word
 *
 * An attempt ends its run only after all its output is committed (a cancelled or timed-out one drops what nobody has
 * seen), and says so only after that end is committed.
 */
export class RunExecutor {
  constructor(
    private readonly parts: ExecutorParts,
    private readonly limits: ExecutorLimits,
    private readonly logger: Logger,
  ) {}

  /** Never rejects. @returns the run to ring next, if any. */
  async execute(run: LiveRun): Promise<string | undefined> {
    const { committer, announcer } = this.parts;
    const timer = this.startTimer(run);
    const measurement = new RunMeasurement(this.parts.recorder, run.claim);
    if (run.claim.cancelRequested) run.stop('cancelled');
    committer.add(run);
    announcer.attempt(run);
    try {
      const verdict = await this.verdictOf(run, measurement);
      if (verdict === 'lost') return undefined;
      if (verdict === 'released') return await this.release(run);
      return await this.end(run, verdict, measurement);
    } catch (error) {
      this.logger.warn({ err: error }, 'the attempt could not be ended; its lease will expire');
      return undefined;
    } finally {
      clearTimeout(timer);
      measurement.handedOver();
      committer.remove(run);
    }
  }

  private startTimer(run: LiveRun): NodeJS.Timeout {
    const left = this.limits.runTimeoutMs - run.claim.elapsedMs;
    const end = (): void => {
      run.stop('timeout');
    };
    if (left <= 0) end();
    return setTimeout(end, Math.max(0, left));
  }

  private async verdictOf(run: LiveRun, measurement: RunMeasurement): Promise<Verdict> {
    try {
      await this.stream(run, measurement);
      await run.output.drained(run.signal);
      return { outcome: 'completed', error: null };
    } catch (error) {
      return run.stopped === undefined ? this.failure(run, error) : this.stopVerdict(run);
    }
  }

  private async stream(run: LiveRun, measurement: RunMeasurement): Promise<void> {
    const { store, agents } = this.parts;
    const { claim, signal } = run;
    const { tenantId, threadId, runId, attempt, agent, prefix } = claim;
    const startedAt = performance.now();
    const history = await persist(signal, () => store.history(claim));
    const journal = new RunJournal(store, run);
    const context: AgentContext = { tenantId, threadId, runId, attempt, agent, history, prefix, journal, signal };
    const first = (): void => {
      metrics.histogram('holdfast_run_first_token_seconds').observe((performance.now() - startedAt) / 1_000);
      measurement.firstToken();
    };
    await produce(withFirst(agents.for(agent.provider).stream(context), first), run);
  }

  /** The agent threw: what it wrote before is kept. */
  private async failure(run: LiveRun, error: unknown): Promise<Verdict> {
    this.logger.warn({ err: error, attempt: run.claim.attempt }, 'the agent failed');
    try {
      await run.output.drained(run.signal);
    } catch {
      return this.stopVerdict(run);
    }
    const fault =
      error instanceof AppError ? error : new AppError('agent_failed', 'The agent failed. You can try again.');
    return { outcome: 'failed', error: fault.toWire() };
  }

  private stopVerdict(run: LiveRun): Verdict {
    switch (run.stopped) {
      case 'cancelled':
        return { outcome: 'cancelled', error: null };
      case 'timeout':
        return { outcome: 'failed', error: timeoutError(this.limits.runTimeoutMs).toWire() };
      case 'released':
        return 'released';
      case 'lost':
      case undefined:
        return 'lost';
    }
  }

  private async release(run: LiveRun): Promise<string> {
    const { committer, store } = this.parts;
    // Nothing that is still under way counts once the run is given back.
    committer.remove(run);
    await persist(AbortSignal.timeout(this.limits.holdMs), () => store.release(run.claim));
    return run.claim.runId;
  }

  private async end(
    run: LiveRun,
    { outcome, error }: Exclude<Verdict, string>,
    measurement: RunMeasurement,
  ): Promise<string | undefined> {
    const { store } = this.parts;
    const { runId, attempt } = run.claim;
    const patience = AbortSignal.timeout(this.limits.holdMs);
    const end = { runId, attempt, outcome, error, ...run.output.seal() };
    const result = await persist(patience, () => store.finish(end));
    // It may have ended by this very call, whose answer was lost; a fenced one is another attempt's to judge.
    if (result.status !== 'fenced') measurement.ended(outcome);
    // If it had ended before, the gateways find the end in Postgres, and the reconcilers what waits behind it.
    if (result.status !== 'finished') return undefined;
    this.logger.info({ outcome, length: result.run.length, attempt, code: error?.code }, 'run ended');
    return this.tellEnd(result.run);
  }

  /** Tells everybody of an end that is committed. Never rejects. @returns the run to ring next, if any. */
  async tellEnd(ended: EndedRun): Promise<string | undefined> {
    const { store, announcer } = this.parts;
    metrics.counter('holdfast_runs_total').inc({ outcome: ended.outcome });
    announcer.ended(ended, await store.memberIds(ended.published.threadId).catch(() => []));
    return ended.ringRunId;
  }
}

function timeoutError(runTimeoutMs: number): AppError {
  const seconds = String(Math.round(runTimeoutMs / 1_000));
  return new AppError('agent_timeout', `The agent did not finish within ${seconds} seconds.`);
}

/** Passes `stream` on and tells of its first item. */
async function* withFirst<T>(stream: AsyncIterable<T>, onFirst: () => void): AsyncGenerator<T> {
  let isFirst = true;
  for await (const item of stream) {
    if (isFirst) onFirst();
    isFirst = false;
    yield item;
  }
}
