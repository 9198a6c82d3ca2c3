import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table ops.shutdown (
  id uuid primary key,
  at timestamptz not null,
  instance_id text not null,
  app text not null,
  reason text not null,
  ms integer not null,
  exit_code smallint not null,
  phases jsonb not null,
  abandoned jsonb not null
);
create index shutdown_at_idx on ops.shutdown (at desc);
`;

const DOWN = `
drop table ops.shutdown;
`;

/** How processes ended, for whoever looks back at a deployment. */
export class ShutdownHistory1764000000008 implements MigrationInterface {
  readonly name = 'ShutdownHistory1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
