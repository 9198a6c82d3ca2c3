import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Being sent until next_at, as opposed to waiting until then for the next try.
alter table slo.delivery add column sending boolean not null default false;
-- Waits for no pause between two messages: there was no room in the last one, or somebody asks for it.
alter table slo.delivery add column at_once boolean not null default false;
-- In a message of its own: one with others was refused.
alter table slo.delivery add column alone boolean not null default false;
create index delivery_told_idx on slo.delivery (target, (coalesce(group_key, dedup_key)), delivered_at)
  where delivered_at is not null;
`;

const DOWN = `
drop index slo.delivery_told_idx;
alter table slo.delivery drop column alone, drop column at_once, drop column sending;
`;

/** Which notices of a group go in the next message, and when. */
export class DeliveryTurns1764000000014 implements MigrationInterface {
  readonly name = 'DeliveryTurns1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
