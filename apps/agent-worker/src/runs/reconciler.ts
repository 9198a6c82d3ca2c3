import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RunDispatcher } from './run-dispatcher.js';

/** A look comes this much after the end of a lease, so that workers do not all come at once, ms. */
const AFTER_LEASE_MS = { least: 5, spread: 60 } as const;

/**
 * Looks for runs that nobody executes: their doorbell was lost, Redis is away, or their worker died. Makes the system
 * right; doorbells only make it fast. Besides the interval it looks when the next lease ends: a live worker renewed it long
 * before, so that only a dead one's is ever waited for.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private failing = false;

  constructor(
    private readonly dispatcher: RunDispatcher,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly intervalMs: number,
  ) {}

  onApplicationBootstrap(): void {
    void this.look();
  }

  onModuleDestroy(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private schedule(nextMs: number): void {
    if (this.closed || this.dispatcher.isClosed) return;
    // Jittered, so that workers do not all look at the same moment.
    const { least, spread } = AFTER_LEASE_MS;
    const leaseEnd = nextMs + least + spread * Math.random();
    const interval = this.intervalMs * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => void this.look(), Math.min(interval, leaseEnd));
  }

  private async look(): Promise<void> {
    let nextMs = Infinity;
    try {
      nextMs = await this.dispatcher.reconcile();
      if (this.failing) this.logger.info('runs are looked for again');
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'cannot look for runs; trying again');
      this.failing = true;
    }
    this.schedule(nextMs);
  }
}
