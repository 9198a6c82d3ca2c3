import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Runs that nobody had claimed by the deadline of an SLO, and that were counted as bad for that: whoever claims one later
-- does not count it again. Written under the lock of the run.
create table slo.overdue_run (
  run_id uuid not null,
  slo text not null,
  at timestamptz not null default now(),
  primary key (run_id, slo)
);
`;

const DOWN = `
drop table slo.overdue_run;
`;

/** Runs that wait are judged at their deadline, though no worker lives. */
export class OverdueRuns1764000000012 implements MigrationInterface {
  readonly name = 'OverdueRuns1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
