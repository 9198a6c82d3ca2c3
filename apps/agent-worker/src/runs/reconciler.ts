import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RunDispatcher } from './run-dispatcher.js';

/**
 * Looks for runs that nobody executes: their doorbell was lost, Redis is away, or their worker died. Makes the system
 * right; doorbells only make it fast.
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
    this.schedule();
  }

  onModuleDestroy(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.closed || this.dispatcher.isClosed) return;
    // Jittered, so that workers do not all look at the same moment.
    this.timer = setTimeout(() => void this.look(), this.intervalMs * (0.75 + Math.random() / 2));
  }

  private async look(): Promise<void> {
    try {
      await this.dispatcher.reconcile();
      if (this.failing) this.logger.info('runs are looked for again');
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'cannot look for runs; trying again');
      this.failing = true;
    }
    this.schedule();
  }
}
