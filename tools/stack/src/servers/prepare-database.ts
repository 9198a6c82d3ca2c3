import { runMigrations } from '@holdfast/database';
import { Client } from 'pg';
import { StackError } from '../stack.errors.js';

const NAME = 'holdfast';

/** Creates the database of the embedded server if need be; returns its URL. */
export async function createDatabase(serverUrl: string): Promise<string> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${NAME}`;
  return url.href;
}

/** Brings the schema up to date. */
export async function migrate(url: string): Promise<void> {
  try {
    await runMigrations(url);
  } catch (error) {
    const { host, pathname } = new URL(url);
    throw new StackError(
      `The database ${host}${pathname} could not be migrated (${reasons(error)}): check DATABASE_URL and the server.`,
      { cause: error },
    );
  }
}

function reasons(error: unknown): string {
  const texts: string[] = [];
  for (let e: unknown = error; e instanceof Error && texts.length < 4; e = e.cause) {
    const inner = e instanceof AggregateError ? (e.errors[0] as Error | undefined)?.message : undefined;
    texts.push(inner ?? e.message);
  }
  return texts.filter((text) => text !== '').join('; ') || String(error);
}
