import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { eventually } from '../eventually.js';
import { isAlive } from '../processes/process-identity.js';
import { testDatabase } from '../test-database.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';
import type { RunningServer } from './running-server.js';

async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}

async function redis(url: string, ...command: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    return await client.call(...command);
  } finally {
    client.disconnect();
  }
}

describe('startPostgres', () => {
  let postgres: RunningServer;
  beforeAll(async () => {
    postgres = await startPostgres({ password: 'a secret/with: signs' });
  }, 60_000);
  afterAll(() => postgres.dispose());

  it('refuses a wrong password', async () => {
    await expect(sql(postgres.url.replace('secret', 'guess'), 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('keeps data and port over a stop, a kill and a restart', async () => {
    await sql(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const { port, pid } = postgres;
    await postgres.stop();
    expect(postgres.pid).toBe(0);
    expect(isAlive(pid)).toBe(false);
    await postgres.restart();
    expect(postgres.signal('SIGKILL')).toBe(true);
    await postgres.exited;
    await postgres.restart();
    expect(postgres.port).toBe(port);
    expect(await sql(postgres.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  }, 30_000);

  it('names the remedy for data of another version, and for data that is broken', async () => {
    await postgres.stop();
    const at = (name: string) => join(postgres.folder, name);
    renameSync(at('PG_VERSION'), at('PG_VERSION.kept'));
    writeFileSync(at('PG_VERSION'), '9\n');
    await expect(startPostgres({ folder: postgres.folder })).rejects.toThrow(
      /is of Postgres 9 .* move that folder away/,
    );
    renameSync(at('PG_VERSION.kept'), at('PG_VERSION'));
    renameSync(at('global'), at('global.kept'));
    await expect(startPostgres({ folder: postgres.folder })).rejects.toThrow(/Postgres ended .* move .* away/);
    renameSync(at('global.kept'), at('global'));
    await postgres.restart();
  }, 30_000);

  it('stops an orphan that still holds the data', async () => {
    const orphan = postgres.pid;
    const successor = await startPostgres({ folder: postgres.folder, password: 'a secret/with: signs' });
    expect(isAlive(orphan)).toBe(false);
    expect(await sql(successor.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await successor.stop();
    await postgres.restart();
  }, 30_000);

  it('leaves neither process nor folder', async () => {
    const other = await startPostgres();
    const { pid, folder } = other;
    await other.dispose();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  }, 30_000);
});

describe('startRedis', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startRedis({ password: 'quote " and \\ slash' });
  }, 60_000);
  afterAll(() => server.dispose());

  it('keeps data and port over a kill and a restart', async () => {
    await redis(server.url, 'SET', 'kept', 'yes');
    server.signal('SIGKILL');
    await server.exited;
    await expect(redis(server.url, 'GET', 'kept')).rejects.toThrow();
    await server.restart();
    expect(await redis(server.url, 'GET', 'kept')).toBe('yes');
  }, 30_000);

  it('stops even while it is frozen', async () => {
    server.signal('SIGSTOP');
    await server.stop();
    expect(server.pid).toBe(0);
    await server.restart();
    await eventually(() => isAlive(server.pid));
  }, 30_000);
});

describe('testDatabase', () => {
  it('gives every test a migrated database of its own', async () => {
    const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
    await sql(one.url, 'CREATE TABLE only_here (id int)');
    await expect(sql(two.url, 'SELECT * FROM only_here')).rejects.toThrow(/only_here/);
    expect(await sql(one.url, 'SELECT slug FROM chat.tenant')).toEqual([{ slug: 'default' }]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(sql(one.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  }, 30_000);
});
