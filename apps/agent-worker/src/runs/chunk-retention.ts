import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { purgeRunChunks } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';

const INTERVAL_MS = 60_000;
/** Long enough for every client that was following to have learnt of the end. */
const KEEP_MS = 600_000;
const RUNS_AT_ONCE = 500;

/** Drops the chunks and the journal of runs that ended a while ago; their messages keep the text. */
@Injectable()
export class ChunkRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // Jittered, so that workers do not all purge at the same moment.
    this.timer = setInterval(() => void this.purge(), INTERVAL_MS * (0.9 + Math.random() / 5)).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async purge(): Promise<void> {
    try {
      await purgeRunChunks(this.db, { olderThanMs: KEEP_MS, limit: RUNS_AT_ONCE });
    } catch (error) {
      this.logger.debug({ err: error }, 'chunks of ended runs could not be dropped; trying again later');
    }
  }
}
