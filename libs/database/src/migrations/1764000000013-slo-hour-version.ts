import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create sequence slo.hour_version;
alter table slo.hour add column version bigint not null default 0;
create index hour_version_idx on slo.hour (slo, version);

-- By trigger, so that a replica of an older build, which knows of no versions, gives one, too.
create function slo.next_hour_version() returns trigger language plpgsql as $$
begin
  new.version := nextval('slo.hour_version');
  return new;
end $$;
create trigger hour_version before insert or update on slo.hour
  for each row execute function slo.next_hour_version();
`;

const DOWN = `
drop trigger hour_version on slo.hour;
drop function slo.next_hour_version();
alter table slo.hour drop column version;
drop sequence slo.hour_version;
`;

/**
 * What changed since: hours are written under one lock that is held until the commit, so that the order of their versions
 * is the order of their commits, and whoever remembers the greatest has missed none.
 */
export class SloHourVersion1764000000013 implements MigrationInterface {
  readonly name = 'SloHourVersion1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
