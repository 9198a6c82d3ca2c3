import type { MigrationInterface, QueryRunner } from 'typeorm';

// Half of each page stays free and no index covers the counter, so that each update is a HOT update within its page and
// the table never grows.
const UP = `
create table ops.health_probe (
  slot smallint primary key,
  beat bigint not null default 0
) with (fillfactor = 50);
insert into ops.health_probe (slot) select generate_series(0, 63);
`;

const DOWN = `
drop table ops.health_probe;
`;

/** Rows that the write check updates; one per instance, by hash, so that instances do not wait for each other. */
export class HealthProbe1764000000006 implements MigrationInterface {
  readonly name = 'HealthProbe1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
