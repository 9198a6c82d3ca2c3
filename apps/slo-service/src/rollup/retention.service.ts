import { Inject, Injectable } from '@nestjs/common';
import { Database, PeriodicPurge, type Statement } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';

const EVERY_MS = 15 * 60_000;
const MAX_ROWS = 20_000;

/** Days ahead for which there is a partition; producers' clocks may run before ours. */
const DAYS_AHEAD = 2;

/** One replica at a time makes and drops partitions. */
const LOCK: Statement = {
  name: 'slo_retention_lock',
  text: `select pg_try_advisory_xact_lock(hashtext('slo-retention')) as "isLocked"`,
};

/** The oldest are gone a day after the last of their buckets could have been changed. */
const PARTITIONS: Statement = {
  name: 'slo_retention_partitions',
  text: `
do $$
declare
  day date;
  part text;
  today date := (now() at time zone 'UTC')::date;
begin
  for day in select generate_series(today, today + ${String(DAYS_AHEAD)}, interval '1 day') loop
    part := 'source_bucket_' || to_char(day, 'YYYYMMDD');
    if to_regclass('slo.' || part) is null and not exists (
      select 1 from slo.source_bucket_default where t >= day::timestamp at time zone 'UTC'
         and t < (day + 1)::timestamp at time zone 'UTC') then
      execute format('create table slo.%I partition of slo.source_bucket for values from (%L) to (%L)',
        part, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end if;
  end loop;
  for part in select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'slo' and relname ~ '^source_bucket_\\d{8}$'
       and relname < 'source_bucket_' || to_char(today - 4, 'YYYYMMDD') loop
    execute format('drop table slo.%I', part);
  end loop;
end $$`,
};

const OLD = [
  `delete from slo.source_bucket_default where ctid = any(array(
     select ctid from slo.source_bucket_default where t < now() - interval '4 days' limit $1))`,
  `delete from slo.minute where ctid = any(array(select ctid from slo.minute where t < now() - interval '92 days' limit $1))`,
  `delete from slo.hour where ctid = any(array(select ctid from slo.hour where t < now() - interval '400 days' limit $1))`,
  `delete from slo.epoch where ctid = any(array(select ctid from slo.epoch where last_at < now() - interval '92 days' limit $1))`,
  `delete from slo.refusal where ctid = any(array(select ctid from slo.refusal where day < current_date - 92 limit $1))`,
  `delete from slo.alert_event where ctid = any(array(select ctid from slo.alert_event where at < now() - interval '400 days' limit $1))`,
  `delete from slo.silence where ctid = any(array(select ctid from slo.silence where ends_at < now() - interval '92 days' limit $1))`,
  `delete from slo.delivery where ctid = any(array(
     select ctid from slo.delivery where status <> 'waiting' and created_at < now() - interval '92 days' limit $1))`,
].map((text, index): Statement => ({ name: `slo_retention_${String(index)}`, text }));

/** Makes the partitions of the coming days and drops what is too old, a bounded number of rows at a time. */
@Injectable()
export class RetentionService extends PeriodicPurge {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) logger: Logger,
  ) {
    super({ intervalMs: EVERY_MS, what: 'slo data', logger });
  }

  override onApplicationBootstrap(): void {
    super.onApplicationBootstrap();
    // Without partitions rows land in the default one, and are found there, too.
    void this.partition().catch(() => undefined);
  }

  protected async purge(): Promise<void> {
    await this.partition();
    for (const statement of OLD) await this.database.query(statement, [MAX_ROWS]);
  }

  private async partition(): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ isLocked: boolean }>(LOCK);
      if (lock?.isLocked === true) await tx.query(PARTITIONS);
    });
  }
}
