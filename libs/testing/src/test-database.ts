import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { requireRunVariable, runVariable, TEMPLATE_DATABASE } from './run-environment.js';

/** A database for one test. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Without schema, for tests of migrations. */
  readonly empty?: boolean;
}

/** Runs `sql` on a database of the server at `serverUrl`. */
export async function runSql(serverUrl: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** `serverUrl` with another database. */
export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** A fresh, migrated database on the Postgres of this run, cloned from a template within some tens of milliseconds. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = requireRunVariable('postgresUrl');
  const problem = runVariable('migrationError');
  if (options.empty !== true && problem !== undefined) throw new Error(`The template was not migrated: ${problem}`);
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = options.empty === true ? 'template0' : TEMPLATE_DATABASE;
  await runSql(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  return {
    name,
    url: urlOfDatabase(serverUrl, name),
    drop: () => runSql(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
