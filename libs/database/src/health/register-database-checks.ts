import { hostname } from 'node:os';
import type { HealthRegistry, HealthReport } from '@holdfast/health';
import { metrics } from '@holdfast/observability';
import type { Database } from '../database.js';
import * as checks from './database-checks.js';
import { explained } from './report-of-fault.js';

/** Statements that change with load are asked often, schemas seldom, in ms. */
const OFTEN_MS = 5_000;
const WRITE_MS = 15_000;
const SELDOM_MS = 60_000;

/**
 * Registers every check of Postgres.
 * @param application the pool that is watched
 * @param probe a connection of the checks' own, so that a busy pool does not look like a lost server
 */
export function registerDatabaseChecks(health: HealthRegistry, application: Database, probe: Database): void {
  const slot = checks.slotOf(`${hostname()}:${String(process.pid)}`);
  const add = (name: string, intervalMs: number, check: () => Promise<HealthReport>) => {
    health.register(`postgres.${name}`, () => explained(check), { intervalMs });
  };
  add('query', OFTEN_MS, () => checks.query(probe));
  add('write', WRITE_MS, () => checks.write(probe, slot));
  add('tables', SELDOM_MS, () => checks.tables(probe));
  add('migrations', SELDOM_MS, () => checks.migrations(probe));
  add('transactions', SELDOM_MS, () => checks.transactions(probe));
  health.register(
    'postgres.pool',
    () => {
      observePool(application);
      return Promise.resolve(checks.pool(application));
    },
    { resource: 'own', intervalMs: OFTEN_MS },
  );
}

function observePool(database: Database): void {
  const { total, idle, waiting } = database.poolStats();
  const gauge = metrics.gauge('holdfast_database_pool');
  gauge.set({ state: 'busy' }, total - idle);
  gauge.set({ state: 'idle' }, idle);
  gauge.set({ state: 'waiting' }, waiting);
}
