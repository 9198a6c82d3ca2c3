import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';
import type { Database } from './database.js';
import { assertSchemaCurrent } from './migrations.js';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 1_000;

/**
 * Resolves once Postgres answers with a schema that this build can work with. A Postgres that is away is waited for: it
 * restarts too, and ending because of it would only add a crash loop to the outage.
 * @throws AppError `internal` if the schema is older than this build
 */
export async function awaitSchema(database: Database, logger: Logger): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      await assertSchemaCurrent(database);
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      logger.warn({ err: error, pauseMs }, 'waiting for Postgres');
    }
    await delay(pauseMs);
  }
}
