import { Inject, Injectable } from '@nestjs/common';
import { purgeRunChunks } from '@holdfast/conversation';
import { Database, PeriodicPurge } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';

const INTERVAL_MS = 60_000;
/** Long enough for every client that was following to have learnt of the end. */
const KEEP_MS = 600_000;
const RUNS_AT_ONCE = 500;

/** Drops the chunks and the journal of runs that ended a while ago; their messages keep the text. */
@Injectable()
export class ChunkRetention extends PeriodicPurge {
  constructor(
    private readonly db: Database,
    @Inject(LOGGER) logger: Logger,
  ) {
    super({ intervalMs: INTERVAL_MS, what: 'chunks of ended runs', logger });
  }

  protected override async purge(): Promise<void> {
    await purgeRunChunks(this.db, { olderThanMs: KEEP_MS, limit: RUNS_AT_ONCE });
  }
}
