export { awaitSchema } from './await-schema.js';
export { DatabaseModule } from './database.module.js';
export { assertSchemaCurrent, revertMigrations, runMigrations } from './migrations.js';
export { createDataSource } from './data-source.js';
export {
  Database,
  type CallObserver,
  type CallOptions,
  type PoolStats,
  type ReadResult,
  type Statement,
  type Tx,
} from './database.js';
export { HealthHistory } from './health/health-history.js';
export { ShutdownHistory } from './shutdown/shutdown-history.js';
export { PeriodicPurge } from './periodic-purge.js';
export { isDataError, isUniqueViolation } from './pool/pg-errors.js';
export type { PoolOptions } from './pool/pg-pool.js';
export { DEFAULT_TENANT_ID, DEFAULT_TENANT_SLUG, GUIDE_AGENT_ID } from './seed.js';
