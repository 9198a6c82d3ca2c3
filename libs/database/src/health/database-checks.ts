import { createHash } from 'node:crypto';
import type { HealthReport } from '@holdfast/health';
import { AppError } from '@holdfast/contracts';
import type { Database } from '../database.js';
import { assertSchemaCurrent } from '../migrations.js';
import { CRITICAL_TABLES, READABLE_STATEMENT, TABLES_STATEMENT } from './critical-tables.js';

/** A round trip of the smallest statement above it is felt in every command, in ms. */
const SLOW_MS = 500;

/** A transaction open for longer keeps dead rows from being cleared away, in seconds. */
const LONG_TRANSACTION_S = 300;

/** Rows of ops.health_probe. */
const SLOTS = 64;

const SERVER_STATEMENT = {
  name: 'health_server',
  text: `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as read_only`,
};

const WRITE_STATEMENT = {
  name: 'health_write',
  text: 'update ops.health_probe set beat = beat + 1 where slot = $1 returning beat::float8 as beat',
};

const TRANSACTION_STATEMENT = {
  name: 'health_transactions',
  text: `
select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as oldest_s
  from pg_stat_activity
 where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`,
};

/** Time of the smallest statement. */
export async function query(probe: Database): Promise<HealthReport> {
  const latencyMs = Math.round(await probe.ping());
  const facts = { queryMs: latencyMs };
  return latencyMs >= SLOW_MS ? { state: 'degraded', reason: 'slow', facts } : { state: 'up', facts };
}

/** Load of the pool that the application uses; a full one is degraded, never down: it may be busy with good work. */
export function pool(application: Database): HealthReport {
  const { total, idle, waiting, max } = application.poolStats();
  const facts = { total, idle, waiting, max, saturation: (total - idle) / max };
  return waiting > 0 && total - idle >= max
    ? { state: 'degraded', reason: 'saturated', facts }
    : { state: 'up', facts };
}

/** Existence, privileges and readability of the critical tables. */
export async function tables(probe: Database): Promise<HealthReport> {
  const faults = await probe.query<{ table: string; missing: boolean }>(TABLES_STATEMENT, [
    CRITICAL_TABLES.map(({ table }) => table),
    CRITICAL_TABLES.map(({ privileges }) => privileges),
  ]);
  const [fault] = faults;
  if (fault !== undefined) {
    const facts = { tables: faults.map(({ table }) => table).join(', ') };
    return { state: 'down', reason: fault.missing ? 'missing' : 'forbidden', facts };
  }
  await probe.query(READABLE_STATEMENT);
  return { state: 'up', facts: { tables: CRITICAL_TABLES.length } };
}

/** Writes one row in place. A server that refuses writes says so before it is asked to. */
export async function write(probe: Database, slot: number): Promise<HealthReport> {
  const [server] = await probe.query<{ standby: boolean; read_only: boolean }>(SERVER_STATEMENT);
  if (server?.standby === true || server?.read_only === true) {
    return { state: 'down', reason: 'read-only', facts: { standby: server.standby } };
  }
  const rows = await probe.query(WRITE_STATEMENT, [slot]);
  return rows.length === 1 ? { state: 'up', facts: { standby: false } } : { state: 'down', reason: 'missing' };
}

/** Whether the schema is at least that of this build. */
export async function migrations(probe: Database): Promise<HealthReport> {
  try {
    await assertSchemaCurrent(probe);
    return { state: 'up' };
  } catch (error) {
    if (error instanceof AppError && error.code === 'internal') return { state: 'down', reason: 'outdated' };
    throw error;
  }
}

/** The oldest open transaction: while it lasts, no dead row can go, and tables grow. */
export async function transactions(probe: Database): Promise<HealthReport> {
  const [row] = await probe.query<{ oldest_s: number }>(TRANSACTION_STATEMENT);
  const facts = { oldestS: Math.round(row?.oldest_s ?? 0) };
  return facts.oldestS >= LONG_TRANSACTION_S
    ? { state: 'degraded', reason: 'long-transaction', facts }
    : { state: 'up', facts };
}

/** The row that an instance writes; instances on the same one would wait for each other. */
export function slotOf(instanceId: string): number {
  return createHash('sha256').update(instanceId).digest().readUInt16BE(0) % SLOTS;
}
