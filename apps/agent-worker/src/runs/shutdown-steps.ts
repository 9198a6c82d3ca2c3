import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Shutdown } from '@holdfast/shutdown';
import { WORKER_CONFIG, type WorkerConfig } from '../config.token.js';
import { RunDispatcher } from './run-dispatcher.js';

/** Share of the whole shutdown that running answers may take. */
const AGENTS_SHARE = 0.7;
/** Part of the step's own budget that is kept for releasing what did not end. */
const RELEASE_SHARE = 0.25;
const MAX_RELEASE_MS = 2_000;

/** How the worker leaves: it claims nothing more, lets its runs end, and hands over those that do not end in time. */
@Injectable()
export class ShutdownSteps implements OnApplicationBootstrap {
  constructor(
    private readonly shutdown: Shutdown,
    private readonly dispatcher: RunDispatcher,
    @Inject(WORKER_CONFIG) private readonly config: Pick<WorkerConfig, 'shutdownTimeoutMs'>,
  ) {}

  onApplicationBootstrap(): void {
    this.shutdown.onShutdown('stop-claiming', { phase: 'mark', timeoutMs: 500 }, () => {
      this.dispatcher.close();
    });
    const timeoutMs = this.config.shutdownTimeoutMs * AGENTS_SHARE;
    this.shutdown.onShutdown('runs', { phase: 'agents', timeoutMs }, ({ signal, budgetMs }) => {
      const patience = Math.max(0, Math.floor(budgetMs - Math.min(MAX_RELEASE_MS, budgetMs * RELEASE_SHARE)));
      return this.dispatcher.drain(AbortSignal.any([signal, AbortSignal.timeout(patience)]));
    });
  }
}
