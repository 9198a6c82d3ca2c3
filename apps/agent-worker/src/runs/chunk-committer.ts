import type { Logger } from '@holdfast/observability';
import { metrics } from '@holdfast/observability';
import type { FanOut } from '@holdfast/scaling';
import type { LiveRun } from './live-run.js';
import type { ChunkOutcome, ChunkWrite, RunStore } from './run-store.port.js';

export interface CommitterOptions {
  /** Interval of commits, in ms. */
  readonly commitMs: number;
  /** Lease of a run, in ms; renewed at a third of it. */
  readonly leaseMs: number;
  /** How long a run is kept while Postgres does not answer, in ms. */
  readonly holdMs: number;
}

/** A silent run is looked at this often, so that a wish to stop it is seen without Redis too, ms. */
const MAX_SILENCE_MS = 1_000;
/** Most runs of one commit; the others come first in the next one. */
const MAX_ROWS = 500;

/** A run and what is written for it. */
interface Visit {
  readonly run: LiveRun;
  readonly write: ChunkWrite;
}

/**
 * Commits the output of all runs of this worker together and *then* shows it: no token that somebody has seen can
 * vanish. The same statement renews leases, so a silent run is visited too, and reads cancel flags.
 *
 * While Postgres is away nothing is shown, the same batches are tried again, and full outputs hold their agents back. A
 * lease may expire meanwhile without harm, because only Postgres can give the run to somebody else, and then it refuses
 * us. After `holdMs` the run is given up all the same, for its place may be needed.
 */
export class ChunkCommitter {
  private readonly runs = new Map<string, LiveRun>();
  private timer: NodeJS.Timeout | undefined;
  private flushing = false;
  private failing = false;

  constructor(
    private readonly store: Pick<RunStore, 'commit'>,
    private readonly fanOut: FanOut,
    private readonly logger: Logger,
    private readonly options: CommitterOptions,
  ) {}

  add(run: LiveRun): void {
    this.runs.set(run.claim.runId, run);
    this.schedule(this.options.commitMs);
  }

  remove(run: LiveRun): void {
    if (this.runs.get(run.claim.runId) === run) this.runs.delete(run.claim.runId);
  }

  /** A hint that the run's row changed: asks for it now rather than at its next turn. */
  hurry(runId: string): void {
    const run = this.runs.get(runId);
    if (run === undefined) return;
    run.hurried = true;
    if (this.flushing || this.failing) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.schedule(0);
  }

  private schedule(ms: number): void {
    if (this.flushing || this.timer !== undefined || this.runs.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.turn();
    }, ms);
  }

  private async turn(): Promise<void> {
    const startedAt = performance.now();
    this.flushing = true;
    await this.flush(startedAt);
    this.flushing = false;
    const pause = Math.max(1, this.options.commitMs - (performance.now() - startedAt));
    const hurried = !this.failing && [...this.runs.values()].some((run) => run.hurried);
    this.schedule(hurried ? 0 : pause);
  }

  private async flush(startedAt: number): Promise<void> {
    const visits = this.visits(startedAt);
    if (visits.length === 0) return;
    try {
      const outcomes = await this.store.commit(visits.map(({ write }) => write));
      metrics.histogram('holdfast_chunk_commit_seconds').observe((performance.now() - startedAt) / 1_000);
      if (this.failing) this.logger.info({ runs: visits.length }, 'output is committed again');
      this.failing = false;
      const byRun = new Map(outcomes.map((outcome) => [outcome.runId, outcome]));
      for (const visit of visits) this.apply(visit, byRun.get(visit.run.claim.runId), startedAt);
    } catch (error) {
      if (!this.failing)
        this.logger.warn({ err: error, runs: visits.length }, 'output cannot be committed; trying again');
      this.failing = true;
      this.giveUpLost();
    }
  }

  /** What to write now: output, and leases that are due; those that waited longest first. */
  private visits(now: number): Visit[] {
    const visits: Visit[] = [];
    for (const run of [...this.runs.values()].sort((a, b) => a.visitedAt - b.visitedAt)) {
      if (visits.length === MAX_ROWS) break;
      const due = run.hurried || now - run.renewedAt >= Math.min(this.options.leaseMs / 3, MAX_SILENCE_MS);
      const batch = run.output.take() ?? (due ? { off: run.output.length, parts: [] } : undefined);
      if (batch === undefined) continue;
      run.visitedAt = now;
      run.hurried = false;
      const { runId, attempt } = run.claim;
      visits.push({ run, write: { runId, attempt, ...batch } });
    }
    return visits;
  }

  private apply({ run, write }: Visit, outcome: ChunkOutcome | undefined, startedAt: number): void {
    if (outcome?.status === 'busy') return;
    if (outcome?.status !== 'accepted' && outcome?.status !== 'already') {
      // Another attempt or another process has the run: this one ends without a word.
      if (write.parts.length > 0) metrics.counter('holdfast_chunks_fenced_total').inc();
      run.stop('lost');
      return;
    }
    // As of the start, because the lease counts from when Postgres wrote it, not from when we heard of it.
    run.renewedAt = startedAt;
    if (write.parts.length > 0) {
      run.output.settle();
      // A run that stopped may be ending just now, and nothing may follow its end.
      if (!run.signal.aborted) this.show(run, write, outcome.memberVersion);
    }
    if (outcome.cancelRequested) run.stop('cancelled');
  }

  private show({ claim }: LiveRun, { off, parts }: ChunkWrite, memberVersion: number): void {
    const { tenantId, threadId, runId, attempt } = claim;
    const event = { threadId, runId, attempt, off, parts: [...parts] };
    this.fanOut.toThread({ tenantId, threadId, memberVersion }, 'run.chunk', event);
  }

  private giveUpLost(): void {
    const now = performance.now();
    for (const run of this.runs.values()) if (now - run.renewedAt > this.options.holdMs) run.stop('lost');
  }
}
