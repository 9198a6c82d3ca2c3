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

/** What is too old, by table. Deliveries have a retention of their own. */
const OLD = Object.entries({
  'slo.source_bucket_default': `t < now() - interval '4 days'`,
  'slo.minute': `t < now() - interval '92 days'`,
  'slo.hour': `t < now() - interval '400 days'`,
  'slo.epoch': `last_at < now() - interval '92 days'`,
  'slo.refusal': `day < current_date - 92`,
  'slo.overdue_run': `at < now() - interval '2 days'
    and not exists (select from chat.run r where r.id = run_id and r.status = 'queued')`,
  'slo.alert_event': `at < now() - interval '400 days'`,
  'slo.silence': `ends_at < now() - interval '92 days'`,
  'slo.correction': `ends_at < now() - interval '400 days'`,
}).map(([table, isOld]): Statement => ({
  name: `slo_retention_${table}`,
  text: `delete from ${table} where ctid = any(array(select ctid from ${table} where ${isOld} limit $1))`,
}));

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

  override async purge(): Promise<void> {
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
