import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@holdfast/testing';
import pg from 'pg';
import { assertSchemaCurrent, createDataSource, Database, revertMigrations, runMigrations } from '../src/index.js';
import { MIGRATIONS } from '../src/migrations/index.js';

jest.setTimeout(60_000);

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase({ empty: true });
});
afterEach(() => database.drop());

/** Everything that exists in the schemas that Holdfast owns. */
async function catalogue(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ entry: string }>(`
    select 'column ' || table_schema || '.' || table_name || '.' || column_name || ' ' || data_type as entry
    from information_schema.columns where table_schema in ('chat', 'slo', 'ops')
    union all
    select 'index ' || indexdef from pg_indexes where schemaname in ('chat', 'slo', 'ops')
    union all
    select 'function ' || p.oid::regprocedure from pg_proc p where pronamespace in
      (select oid from pg_namespace where nspname in ('chat', 'slo', 'ops'))
    union all
    select 'schema ' || nspname from pg_namespace where nspname in ('chat', 'slo', 'ops')
    union all
    select 'constraint ' || conname || ' ' || pg_get_constraintdef(c.oid) from pg_constraint c
    join pg_namespace n on n.oid = c.connamespace where n.nspname in ('chat', 'slo', 'ops')
    order by 1`);
  await client.end();
  return rows.map(({ entry }) => entry);
}

describe('migrations', () => {
  it('go up, down to nothing, and up to the same schema again', async () => {
    expect(await runMigrations(database.url)).toEqual(MIGRATIONS.map(({ name }) => name));
    const first = await catalogue(database.url);
    expect(first).toContain('schema slo');
    expect(await revertMigrations(database.url, MIGRATIONS.length)).toBe(0);
    expect(await catalogue(database.url)).toEqual([]);
    await runMigrations(database.url);
    expect(await catalogue(database.url)).toEqual(first);
    expect(await runMigrations(database.url)).toEqual([]);
  });

  it('run once when several processes start them together', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => runMigrations(database.url)));
    expect(applied.flat().sort()).toEqual(MIGRATIONS.map(({ name }) => name).sort());
  });

  it('create exactly what the entities say', async () => {
    await runMigrations(database.url);
    const source = await createDataSource(database.url).initialize();
    try {
      expect((await source.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
      await source.query('alter table chat.thread drop column title');
      expect((await source.driver.createSchemaBuilder().log()).upQueries).not.toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('give up on a lock instead of queueing the traffic behind themselves', async () => {
    const source = await createDataSource(database.url).initialize();
    try {
      const [row] = await source.query<{ lock_timeout: string }[]>('show lock_timeout');
      expect(row?.lock_timeout).toBe('5s');
    } finally {
      await source.destroy();
    }
  });
});

describe('assertSchemaCurrent', () => {
  it('refuses an empty or older schema, and accepts a current or newer one', async () => {
    const db = new Database({ url: database.url, poolMax: 2, timeoutMs: 5_000 });
    try {
      await expect(assertSchemaCurrent(db)).rejects.toMatchObject({ code: 'internal' });
      await runMigrations(database.url);
      await assertSchemaCurrent(db);
      await revertMigrations(database.url, 1);
      await expect(assertSchemaCurrent(db)).rejects.toMatchObject({ message: expect.stringContaining('older') });
      await runMigrations(database.url);
      const text = `insert into holdfast_migrations (timestamp, name) values (9999999999999, 'Later9999999999999')`;
      await db.query({ name: 'later', text });
      await assertSchemaCurrent(db);
    } finally {
      await db.close();
    }
  });
});
