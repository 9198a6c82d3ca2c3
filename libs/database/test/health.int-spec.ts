import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import type { HealthCheckFn, HealthRegistry, HealthReport } from '@holdfast/health';
import { eventually, FaultProxy, startPostgres, type RunningServer } from '@holdfast/testing';
import { registerDatabaseChecks } from '../src/health/register-database-checks.js';
import { Database, revertMigrations, runMigrations } from '../src/index.js';

jest.setTimeout(60_000);

describe('the checks of Postgres', () => {
  let postgres: RunningServer;
  let admin: pg.Client;
  let application: Database;
  let probe: Database;
  let checks: Map<string, HealthCheckFn>;

  beforeAll(async () => {
    postgres = await startPostgres();
    await runMigrations(postgres.url);
  });

  afterAll(() => postgres.dispose());

  beforeEach(async () => {
    admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    application = new Database({ url: postgres.url, poolMax: 1, timeoutMs: 1_000 });
    probe = new Database({ url: postgres.url, poolMax: 1, timeoutMs: 1_000 });
    checks = new Map();
    register();
  });

  function register(): void {
    const registry = { register: (name: string, check: HealthCheckFn) => checks.set(name, check) };
    registerDatabaseChecks(registry as unknown as HealthRegistry, application, probe);
  }

  async function useProbe(url: string): Promise<void> {
    await probe.close();
    probe = new Database({ url, poolMax: 1, timeoutMs: 1_000 });
    register();
  }

  afterEach(async () => {
    await Promise.all([application.close(), probe.close(), admin.end()]);
  });

  async function ask(name: string): Promise<HealthReport> {
    const found = await checks.get(`postgres.${name}`)?.();
    if (found === undefined || typeof found === 'string') throw new Error(`no report of ${name}`);
    return found;
  }

  it('are all up on a sound server', async () => {
    for (const name of checks.keys()) expect(await ask(name.slice('postgres.'.length))).toMatchObject({ state: 'up' });
  });

  it('call a pool whose callers wait saturated, while the server is still seen as up', async () => {
    const busy = application.query({ name: 'sleep', text: 'select pg_sleep(0.5)' });
    const waiting = application.query({ name: 'one', text: 'select 1' });
    expect(await ask('pool')).toMatchObject({ state: 'degraded', reason: 'saturated', facts: { saturation: 1 } });
    expect(await ask('query')).toMatchObject({ state: 'up' });
    await Promise.all([busy, waiting]);
    expect(await ask('pool')).toMatchObject({ state: 'up', facts: { waiting: 0 } });
  });

  it('find a server that takes no writes, and find it sound again', async () => {
    await admin.query(`alter system set default_transaction_read_only = on`);
    await admin.query('select pg_reload_conf()');
    try {
      await expectSoon('write', { state: 'down', reason: 'read-only' });
      expect(await ask('query')).toMatchObject({ state: 'up' });
    } finally {
      await admin.query('set default_transaction_read_only = off');
      await admin.query(`alter system reset default_transaction_read_only`);
      await admin.query('select pg_reload_conf()');
    }
    await expectSoon('write', { state: 'up' });
  });

  it('do not call a row that somebody holds a fault', async () => {
    await admin.query('begin');
    await admin.query('update ops.health_probe set beat = beat');
    expect(await ask('write')).toMatchObject({ state: 'degraded', reason: 'contended' });
    await admin.query('rollback');
    expect(await ask('write')).toMatchObject({ state: 'up' });
  });

  it('name a lost table, and one whose privileges are gone', async () => {
    await admin.query('alter table chat.read_marker rename to read_marker_gone');
    expect(await ask('tables')).toEqual({ state: 'down', reason: 'missing', facts: { tables: 'chat.read_marker' } });
    await admin.query('alter table chat.read_marker_gone rename to read_marker');
    expect(await ask('tables')).toMatchObject({ state: 'up' });

    await admin.query('create role reader login');
    await admin.query('grant usage on schema chat to reader');
    await admin.query('grant select, insert, update on all tables in schema chat to reader');
    await admin.query('grant execute on function pg_control_system() to reader');
    await admin.query('revoke insert on chat.event from reader');
    const url = new URL(postgres.url);
    url.username = 'reader';
    await useProbe(url.href);
    expect(await ask('tables')).toEqual({ state: 'down', reason: 'forbidden', facts: { tables: 'chat.event' } });
    expect(await ask('write')).toEqual({ state: 'down', reason: 'forbidden' });
  });

  it('name a full disk as Postgres reports it', async () => {
    await admin.query(`create function ops.full_disk() returns trigger language plpgsql as $$
      begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`);
    await admin.query('create trigger full_disk before update on ops.health_probe execute function ops.full_disk()');
    expect(await ask('write')).toEqual({ state: 'down', reason: 'disk-full' });
    expect(await ask('query')).toMatchObject({ state: 'up' });
    await admin.query('drop function ops.full_disk() cascade');
    expect(await ask('write')).toMatchObject({ state: 'up' });
  });

  it('find a schema that is older than the build', async () => {
    await revertMigrations(postgres.url, 1);
    expect(await ask('migrations')).toEqual({ state: 'down', reason: 'outdated' });
    await runMigrations(postgres.url);
    expect(await ask('migrations')).toEqual({ state: 'up' });
  });

  it('give up on a server that accepts and never answers, and recover by themselves', async () => {
    const proxy = await FaultProxy.start({ target: postgres.port });
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    await useProbe(url.href);
    expect(await ask('query')).toMatchObject({ state: 'up' });
    proxy.add('hung', { type: 'half_open' });
    const startedAt = performance.now();
    expect(await ask('query')).toEqual({ state: 'down', reason: 'failed' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    proxy.remove('hung');
    await expectSoon('query', { state: 'up' });
    await probe.close();
    await proxy.close();
  });

  it('leave the table at its size after 10,000 writes', async () => {
    const size = async () =>
      (await admin.query<{ size: string }>(`select pg_relation_size('ops.health_probe') as size`)).rows[0]?.size;
    await ask('write');
    const before = await size();
    for (let count = 0; count < 10_000; count += 1) await ask('write');
    expect(await size()).toBe(before);
  });

  async function expectSoon(name: string, report: Partial<HealthReport>): Promise<void> {
    await eventually(async () => expect(await ask(name)).toMatchObject(report));
  }
});
