import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Notices of one group are told in one message; one without a group is a group of its own.
alter table slo.delivery add column group_key text;
create index delivery_group_idx on slo.delivery (target, (coalesce(group_key, dedup_key)), id);
`;

const DOWN = `
drop index slo.delivery_group_idx;
alter table slo.delivery drop column group_key;
`;

/** Notices of one service go to people as one message. */
export class DeliveryGroups1764000000011 implements MigrationInterface {
  readonly name = 'DeliveryGroups1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
