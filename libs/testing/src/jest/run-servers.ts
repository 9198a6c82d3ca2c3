import { RUN_VARIABLES, TEMPLATE_DATABASE } from '../run-environment.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { runSql, urlOfDatabase } from '../test-database.js';

/** The servers of one jest run. */
export interface RunServers {
  /** Variables for the environment of the tests. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts one Postgres with a migrated template database, and one Redis. */
export async function startRunServers(): Promise<RunServers> {
  const [postgres, redis] = await Promise.all([
    startPostgres({ settings: { max_connections: '400' } }),
    startRedis({ onProgress: (line) => process.stderr.write(`${line}\n`) }),
  ]);
  const variables: Record<string, string> = {
    [RUN_VARIABLES.postgresUrl]: postgres.url,
    [RUN_VARIABLES.redisUrl]: redis.url,
  };
  await runSql(postgres.url, `CREATE DATABASE ${TEMPLATE_DATABASE} TEMPLATE template0`);
  try {
    const { runMigrations } = await import('@holdfast/database');
    await runMigrations(urlOfDatabase(postgres.url, TEMPLATE_DATABASE));
  } catch (error) {
    // Told by each test that needs the template; the others still run.
    variables[RUN_VARIABLES.migrationError] = error instanceof Error ? error.message : String(error);
  }
  return {
    variables,
    stop: async () => {
      await Promise.all([postgres.dispose(), redis.dispose()]);
    },
  };
}
