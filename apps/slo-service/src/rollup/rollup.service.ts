import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Statement } from '@holdfast/database';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { RepeatedWork } from '../background/repeated-work.js';

const EVERY_MS = 1_000;
const MAX_MINUTES = 2_000;

/** Sums are made by one replica at a time: an hour is the sum of minutes that others may be writing. */
const LOCK: Statement = {
  name: 'slo_rollup_lock',
  text: `select pg_try_advisory_xact_lock(hashtext('slo-rollup')) as "isLocked"`,
};

const PICK: Statement = {
  name: 'slo_rollup_pick',
  text: `
delete from slo.dirty_minute where (slo, t) in (
  select slo, t from slo.dirty_minute order by t desc limit $1 for update skip locked)
returning slo, t`,
};

/**
 * A new statement, and so a new snapshot: it sees whatever was committed before the marks were taken. Minute by minute, as the
 * hours below: a join lets the planner, which does not know how few there are, read a month of all SLOs every second.
 */
const MINUTES: Statement = {
  name: 'slo_rollup_minutes',
  text: `
insert into slo.minute as m (slo, t, good, bad, excluded)
select d.slo, d.t, coalesce(s.good, 0), coalesce(s.bad, 0), coalesce(s.excluded, 0)
  from unnest($1::text[], $2::timestamptz[]) d(slo, t) cross join lateral (
       select sum(good) as good, sum(bad) as bad, sum(excluded) as excluded from slo.source_bucket
        where slo = d.slo and t >= d.t and t < d.t + interval '1 minute') s
on conflict (slo, t) do update set good = excluded.good, bad = excluded.bad, excluded = excluded.excluded`,
};

const HOURS: Statement = {
  name: 'slo_rollup_hours',
  text: `
insert into slo.hour (slo, t, good, bad, excluded)
select h.slo, h.t, m.good, m.bad, m.excluded
  from (select distinct slo, date_trunc('hour', t) as t from unnest($1::text[], $2::timestamptz[]) d(slo, t)) h
 cross join lateral (
       select sum(good) as good, sum(bad) as bad, sum(excluded) as excluded from slo.minute
        where slo = h.slo and t >= h.t and t < h.t + interval '1 hour') m
on conflict (slo, t) do update set good = excluded.good, bad = excluded.bad, excluded = excluded.excluded`,
};

/** Sums the producers' buckets up to minutes and hours, always by replacement: a sum can be made twice without harm. */
@Injectable()
export class RollupService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly repeated = new RepeatedWork({
    everyMs: EVERY_MS,
    work: async () => {
      while ((await this.run()) === MAX_MINUTES);
    },
    failed: (error) => {
      metrics.counter('holdfast_slo_failures_total').inc({ part: 'rollup' });
      this.logger.warn({ err: error }, 'slo sums not made; trying again');
    },
  });

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.repeated.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.repeated.stop();
  }

  /** Sums up to 2,000 minutes that have changed. @returns how many; 0 while another replica does it */
  async run(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ isLocked: boolean }>(LOCK);
      if (lock?.isLocked !== true) return 0;
      const picked = await tx.query<{ slo: string; t: Date }>(PICK, [MAX_MINUTES]);
      if (picked.length === 0) return 0;
      const keys = [picked.map(({ slo }) => slo), picked.map(({ t }) => t)];
      await tx.query(MINUTES, keys);
      await tx.query(HOURS, keys);
      return picked.length;
    });
  }
}
