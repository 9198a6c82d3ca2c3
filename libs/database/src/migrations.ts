import { AppError } from '@holdfast/contracts';
import pg from 'pg';
import type { Database } from './database.js';
import { createDataSource, MIGRATIONS_TABLE } from './data-source.js';
import { MIGRATIONS } from './migrations/index.js';
import { sqlState, toAppError } from './pool/pg-errors.js';

/** Key of the advisory lock that lets one migrator run at a time. */
const MIGRATOR_LOCK = 7_405_128_001;

/** Longest run of all migrations, waiting for another migrator included, in ms. */
const MIGRATE_TIMEOUT_MS = 600_000;

async function asOnlyMigrator<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: MIGRATE_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [MIGRATOR_LOCK]);
    return await work();
  } catch (error) {
    throw toAppError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Brings the database at `url` to this build's schema. Safe to run from several processes at once.
 * @returns the names of the migrations that were applied now
 */
export function runMigrations(url: string): Promise<string[]> {
  return asOnlyMigrator(url, async () => {
    const source = await createDataSource(url).initialize();
    try {
      return (await source.runMigrations()).map((migration) => migration.name);
    } finally {
      await source.destroy();
    }
  });
}

/**
 * Reverts the newest `count` migrations; what they created is lost.
 * @returns the number of migrations that remain applied
 */
export function revertMigrations(url: string, count: number): Promise<number> {
  return asOnlyMigrator(url, async () => {
    const source = await createDataSource(url).initialize();
    try {
      for (let reverted = 0; reverted < count; reverted++) await source.undoLastMigration();
      const [row] = await source.query<{ applied: number }[]>(
        `select count(*)::int as applied from ${MIGRATIONS_TABLE}`,
      );
      return row?.applied ?? 0;
    } finally {
      await source.destroy();
    }
  });
}

function timestampOf(migration: { name: string }): number {
  return Number(migration.name.slice(-13));
}

/**
 * Refuses a schema that is older than this build; a newer one is fine, because migrations only expand what this build
 * uses.
 * @throws AppError `internal` for an older schema, `unavailable` if the database does not answer
 */
export async function assertSchemaCurrent(db: Database): Promise<void> {
  const needed = Math.max(...MIGRATIONS.map(timestampOf));
  const statement = {
    name: 'schema_version',
    text: `select coalesce(max(timestamp), 0) as version from ${MIGRATIONS_TABLE}`,
  };
  let version = 0;
  try {
    version = (await db.query<{ version: number }>(statement))[0]?.version ?? 0;
  } catch (error) {
    // Without the table nobody has ever migrated.
    if (sqlState(error) !== '42P01') throw error;
  }
  if (version < needed) {
    throw new AppError('internal', 'The database schema is older than this build: run the migrations first.');
  }
}
