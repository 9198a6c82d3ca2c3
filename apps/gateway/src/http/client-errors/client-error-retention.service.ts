import { Inject, Injectable } from '@nestjs/common';
import { PeriodicPurge } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';
import { ClientErrorStore } from './client-error-store.service.js';

const INTERVAL_MS = 600_000;

/** Drops old reports of clients. */
@Injectable()
export class ClientErrorRetention extends PeriodicPurge {
  constructor(
    private readonly store: ClientErrorStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    super({ intervalMs: INTERVAL_MS, what: 'client errors', logger });
  }

  protected override purge(): Promise<void> {
    return this.store.purge();
  }
}
