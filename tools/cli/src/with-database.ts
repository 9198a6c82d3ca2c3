import { loadSections } from '@holdfast/config';
import { assertSchemaCurrent, Database } from '@holdfast/database';
import type { CommandContext } from './command.js';

/** Runs `work` on the database of DATABASE_URL, whose schema must be up to date, and closes it again. */
export async function withDatabase<T>(
  env: CommandContext['env'],
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { database: options } = loadSections(['database'], env);
  const database = new Database({ ...options, poolMax: 1 });
  try {
    await assertSchemaCurrent(database);
    return await work(database);
  } finally {
    await database.close();
  }
}
