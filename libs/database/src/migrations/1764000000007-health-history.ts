import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table ops.health_transition (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  instance_id text not null,
  app text not null,
  check_name text not null,
  from_state text not null,
  to_state text not null,
  reason text,
  scope text not null
);
create index health_transition_at_idx on ops.health_transition (at desc);
`;

const DOWN = `
drop table ops.health_transition;
`;

/** Changes of health checks, for whoever looks back. */
export class HealthHistory1764000000007 implements MigrationInterface {
  readonly name = 'HealthHistory1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
