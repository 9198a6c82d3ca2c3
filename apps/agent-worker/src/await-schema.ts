import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@holdfast/contracts';
import { assertSchemaCurrent, type Database } from '@holdfast/database';
import type { Logger } from '@holdfast/observability';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/**
 * Resolves once Postgres answers with a schema that this build can work with; a Postgres that is away is waited for.
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
