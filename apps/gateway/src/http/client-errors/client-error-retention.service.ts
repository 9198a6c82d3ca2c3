import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { ClientErrorStore } from './client-error-store.service.js';

const INTERVAL_MS = 600_000;

/** Drops old reports of clients now and then. */
@Injectable()
export class ClientErrorRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ClientErrorStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // Jittered, so that gateways do not all purge at the same moment.
    this.timer = setInterval(() => void this.purge(), INTERVAL_MS * (0.9 + Math.random() / 5)).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async purge(): Promise<void> {
    try {
      await this.store.purge();
    } catch (error) {
      this.logger.debug({ err: error }, 'old client errors could not be dropped; trying again later');
    }
  }
}
