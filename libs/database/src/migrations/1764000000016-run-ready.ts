import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- When the answer before it in its thread ended; null if none was in its way. Until then nobody could execute the run, so
-- that the time for its execution counts from here.
alter table chat.run add column ready_at timestamptz;
`;

const DOWN = `
alter table chat.run drop column ready_at;
`;

/** The moment from which a run could be executed. */
export class RunReady1764000000016 implements MigrationInterface {
  readonly name = 'RunReady1764000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
