import { metrics, newTraceId, runWithContext, type Logger } from '@holdfast/observability';
import { LiveRun } from './live-run.js';
import type { Reachability } from './reachability.js';
import type { RunExecutor } from './run-executor.js';
import type { RunStore } from './run-store.port.js';

/** Collaborators of {@link RunDispatcher}. */
export interface DispatcherParts {
  readonly store: Pick<RunStore, 'claim' | 'due'>;
  readonly executor: Pick<RunExecutor, 'execute' | 'tellEnd'>;
  readonly reachability: Reachability;
  /** Rings other workers for a run that this one cannot take. */
  readonly ringOthers: (runId: string) => void;
}

/** What told of a run that could be claimed: its doorbell, a look at Postgres, or the run before it that ended here. */
type FoundBy = 'doorbell' | 'search' | 'previous';

/** What became of the runs that executed when the slots closed. */
export interface Drained {
  /** Ended here, in whatever way. */
  readonly ended: number;
  /** Given back, for another worker to go on at once. */
  readonly released: number;
  /** Neither: nobody goes on before the lease has ended. */
  readonly stuck: number;
}

/**
 * The slots of this worker: every run that executes here has one, whoever asked for it. Asking is harmless: Postgres
 * decides whether there is something to do.
 */
export class RunDispatcher {
  private readonly live = new Map<string, LiveRun>();
  private readonly claiming = new Set<string>();
  private readonly listeners: ((full: boolean) => void)[] = [];
  private readonly drained = { ended: 0, released: 0, stuck: 0 };
  private closed = false;
  private releasing = false;
  private full = false;
  private onIdle: () => void = () => undefined;

  constructor(
    private readonly parts: DispatcherParts,
    private readonly concurrency: number,
    private readonly logger: Logger,
  ) {}

  /** Slots that can take a run now; none once closed. */
  get free(): number {
    return this.closed ? 0 : this.concurrency - this.live.size - this.claiming.size;
  }

  /** Runs that execute here still, or could not be given back. */
  get left(): number {
    return this.live.size + this.drained.stuck;
  }

  /** Calls `listener` when the last slot is taken and when one is free again. */
  onCapacity(listener: (full: boolean) => void): void {
    this.listeners.push(listener);
  }

  /** Executes the run if it may run, or passes it on if every slot is taken; resolves once that is decided. */
  offer(runId: string): Promise<void> {
    return this.take(runId, 'doorbell');
  }

  /**
   * Looks for runs that nobody executes and takes as many as there are slots.
   * @returns the time until there may be another one that nobody will ring for, in ms
   */
  async reconcile(): Promise<number> {
    const { store, reachability } = this.parts;
    try {
      const { runIds, nextLeaseEndMs } = await store.due(Math.max(1, this.free), { steal: reachability.maySteal });
      reachability.answered();
      await Promise.all(runIds.slice(0, Math.max(0, this.free)).map((runId) => this.take(runId, 'search')));
      return reachability.maySteal ? (nextLeaseEndMs ?? Infinity) : reachability.stealInMs;
    } catch (error) {
      reachability.failed();
      throw error;
    }
  }

  /** Takes no more runs. */
  close(): void {
    this.closed = true;
    this.changed();
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Ends once no run executes here; those that still do when `signal` fires are released to other workers. */
  async drain(signal: AbortSignal): Promise<Drained> {
    this.close();
    const release = (): void => {
      this.releasing = true;
      for (const run of this.live.values()) run.stop('released');
    };
    signal.addEventListener('abort', release, { once: true });
    if (signal.aborted) release();
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      this.changed();
    });
    signal.removeEventListener('abort', release);
    return { ...this.drained };
  }

  private async take(runId: string, by: FoundBy): Promise<void> {
    if (this.live.has(runId) || this.claiming.has(runId)) return;
    if (this.free <= 0) {
      this.parts.ringOthers(runId);
      return;
    }
    const { store, reachability } = this.parts;
    this.claiming.add(runId);
    this.changed();
    try {
      const result = await store.claim(runId);
      reachability.answered();
      if (result.status === 'claimed') {
        metrics.counter('holdfast_runs_claimed_total').inc({ by });
        this.start(new LiveRun(result.claim));
      }
      if (result.status === 'exhausted') {
        this.logger.warn({ runId }, 'a run was given up: each of its attempts lost its worker');
        void this.parts.executor.tellEnd(result.run).then((next) => this.goOn(next));
      }
    } catch (error) {
      reachability.failed();
      throw error;
    } finally {
      this.claiming.delete(runId);
      this.changed();
    }
  }

  private start(run: LiveRun): void {
    const { runId, tenantId, threadId, attempt, agent } = run.claim;
    this.live.set(runId, run);
    // A claim that was under way when the slots closed.
    if (this.releasing) run.stop('released');
    void runWithContext({ traceId: newTraceId(), tenantId, threadId, runId }, async () => {
      this.logger.info({ attempt, agent: agent.provider }, 'run claimed');
      const next = await this.parts.executor.execute(run);
      this.live.delete(runId);
      if (this.closed) this.drained[wayOf(run, next)] += 1;
      this.changed();
      await this.goOn(next);
    });
  }

  /** Best effort, like any ring: the reconciler finds it again. */
  private async goOn(next: string | undefined): Promise<void> {
    if (next !== undefined) await this.take(next, 'previous').catch(() => undefined);
  }

  private changed(): void {
    metrics.gauge('holdfast_runs_active').set(this.live.size);
    if (this.live.size + this.claiming.size === 0) this.onIdle();
    const full = this.free <= 0;
    if (full === this.full) return;
    this.full = full;
    for (const listener of this.listeners) listener(full);
  }
}

/** A run that was given back is the one to ring for. */
function wayOf({ stopped, claim }: LiveRun, next: string | undefined): keyof Drained {
  if (stopped !== 'released') return 'ended';
  return next === claim.runId ? 'released' : 'stuck';
}
