import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@holdfast/observability';

interface PurgeOptions {
  readonly intervalMs: number;
  /** What is dropped, for the log. */
  readonly what: string;
  readonly logger: Logger;
}

/** Drops old rows now and then, as long as the process runs. */
export abstract class PeriodicPurge implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: PurgeOptions) {}

  /** Drops a bounded number of rows; what is left is for the next time. */
  protected abstract purge(): Promise<void>;

  onApplicationBootstrap(): void {
    // Jittered, so that processes do not all purge at the same moment.
    this.timer = setInterval(() => void this.attempt(), this.options.intervalMs * (0.9 + Math.random() / 5)).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async attempt(): Promise<void> {
    try {
      await this.purge();
    } catch (error) {
      this.options.logger.debug(
        { err: error, what: this.options.what },
        'old rows could not be dropped; trying again later',
      );
    }
  }
}
