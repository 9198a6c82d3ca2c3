import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { closingMs, Shutdown, type StepContext } from '@holdfast/shutdown';
import { WORKER_CONFIG, type WorkerConfig } from '../config.token.js';
import { RunDispatcher } from './run-dispatcher.js';

/** Kept for the phase `mark`, in which the doorbell says goodbye to Redis. */
const MARK_MS = 1_000;
/** Part of the step's own budget that is kept for releasing what did not end. */
const RELEASE_SHARE = 0.25;
const MAX_RELEASE_MS = 2_000;

/** How the worker leaves: it claims nothing more, lets its runs end, and hands over those that do not end in time. */
@Injectable()
export class ShutdownSteps implements OnApplicationBootstrap {
  constructor(
    private readonly shutdown: Shutdown,
    private readonly dispatcher: RunDispatcher,
    @Inject(WORKER_CONFIG) private readonly config: Pick<WorkerConfig, 'shutdownTimeoutMs' | 'shutdownGraceMs'>,
  ) {}

  onApplicationBootstrap(): void {
    this.shutdown.onShutdown('stop-claiming', { phase: 'mark', timeoutMs: 500 }, () => {
      this.dispatcher.close();
    });
    const left = () => this.dispatcher.left;
    this.shutdown.onShutdown('runs', { phase: 'agents', timeoutMs: this.timeoutMs(), left }, (context) =>
      this.drain(context),
    );
  }

  /** All the time that nothing else needs, for an answer that ends is better than one that moves. */
  private timeoutMs(): number {
    const { shutdownTimeoutMs, shutdownGraceMs } = this.config;
    return Math.max(0, shutdownTimeoutMs - shutdownGraceMs - MARK_MS - closingMs(shutdownTimeoutMs));
  }

  private async drain({ signal, budgetMs, note }: StepContext): Promise<void> {
    const patience = Math.max(0, Math.floor(budgetMs - Math.min(MAX_RELEASE_MS, budgetMs * RELEASE_SHARE)));
    const { ended, released, stuck } = await this.dispatcher.drain(
      AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    );
    note({ ended, released, stuck });
    if (stuck > 0)
      throw new Error(`${String(stuck)} runs could not be given back: they wait for the end of their leases`);
  }
}
