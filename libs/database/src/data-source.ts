import { DataSource } from 'typeorm';
import { ENTITIES } from './entities/index.js';
import { MIGRATIONS } from './migrations/index.js';

/** Table that records the applied migrations. */
export const MIGRATIONS_TABLE = 'holdfast_migrations';

/** Longest wait of a DDL statement for a lock, in ms: a migration must not queue live traffic behind itself. */
const DDL_LOCK_TIMEOUT_MS = 5_000;

/** The TypeORM data source that owns entities and migrations. It connects on `initialize()`, with one connection. */
export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [...ENTITIES],
    migrations: [...MIGRATIONS],
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    applicationName: 'holdfast-migrations',
    poolSize: 1,
    connectTimeoutMS: 10_000,
    extra: { options: `-c lock_timeout=${String(DDL_LOCK_TIMEOUT_MS)}` },
  });
}
