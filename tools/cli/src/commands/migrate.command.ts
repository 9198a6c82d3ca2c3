import { loadSections } from '@holdfast/config';
import { createDataSource, runMigrations } from '@holdfast/database';
import { MigrationExecutor } from 'typeorm';
import type { Command } from '../command.js';

/** Brings the schema up to date; a deployment runs it as a job before its pods start. */
export const migrateUp: Command = {
  path: 'migrate up',
  summary: 'Bring the database to the schema of this version; safe to run from several places at once',
  positionals: [],
  options: {},
  environment: ['DATABASE_URL'],
  async run(_input, { out, env }) {
    const applied = await runMigrations(loadSections(['database'], env).database.url);
    for (const name of applied) out(`applied ${name}`);
    out(applied.length === 0 ? 'the schema is up to date' : `${applied.length.toString()} applied`);
  },
};

/** Shows which migrations are applied and which wait. */
export const migrateStatus: Command = {
  path: 'migrate status',
  summary: 'List the migrations that are applied and those that wait; changes nothing',
  positionals: [],
  options: {},
  environment: ['DATABASE_URL'],
  async run(_input, { out, env }) {
    const source = await createDataSource(loadSections(['database'], env).database.url).initialize();
    try {
      const executed = await new MigrationExecutor(source).getExecutedMigrations();
      const applied = new Set(executed.map(({ name }) => name));
      const known = source.migrations.map(({ name }) => name ?? '').sort();
      const waiting = known.filter((name) => !applied.has(name));
      for (const name of known) out(`${applied.has(name) ? 'applied' : 'waits  '} ${name}`);
      for (const name of applied) if (!known.includes(name)) out(`newer   ${name}`);
      out(
        waiting.length === 0
          ? 'the schema is up to date'
          : `${waiting.length.toString()} wait: run holdfast migrate up`,
      );
    } finally {
      await source.destroy();
    }
  },
};
