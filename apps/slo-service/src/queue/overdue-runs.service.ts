import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Statement } from '@holdfast/database';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { deadlineOf } from '@holdfast/slo';
import { RepeatedWork } from '../background/repeated-work.js';
import { DefinitionsService } from '../definitions/definitions.service.js';
import { MARK_MINUTES } from '../ingest/report-statements.js';
import { OVERDUE_RUNS, type OverdueRunsOptions } from './overdue-runs-options.js';

const EVERY_MS = 1_000;

/** Runs of one look. */
const MAX_RUNS = 500;

/** What a run that waits breaks by waiting alone. */
const PROMISES = ['chat-response-time', 'agent-execution'] as const;

/**
 * Counts each run once that still waits at its deadline, in the bucket of the deadline. All in one statement under the
 * lock of the run: a worker that claims it afterwards finds it counted, one that has it already is passed over, and counts
 * itself. The time for the execution runs from the end of the answer before it in its thread: as long as that is written,
 * nobody could execute it. A deadline of long ago (nobody judged for a while) counts as just missed, because sums of days
 * ago are final.
 */
const JUDGE: Statement = {
  name: 'slo_overdue_runs',
  text: `
with overdue as (
  select r.id, greatest(since.at + make_interval(secs => $2::float8 / 1000), now() - interval '10 minutes') as due
    from chat.run r
   cross join lateral (
     select case when $1 = 'agent-execution' then greatest(r.created_at, r.ready_at) else r.created_at end as at) since
   where r.status = 'queued' and r.cancel_at is null
     and r.created_at <= clock_timestamp() - make_interval(secs => $2::float8 / 1000)
     and since.at <= clock_timestamp() - make_interval(secs => $2::float8 / 1000)
     and ($1 <> 'agent-execution'
          or not exists (select from chat.run o where o.thread_id = r.thread_id and o.status = 'running'))
     and not exists (select from slo.overdue_run o where o.run_id = r.id and o.slo = $1)
   order by r.created_at
   limit $3
   for no key update of r skip locked
), judged as (
  insert into slo.overdue_run (run_id, slo) select id, $1 from overdue on conflict do nothing returning run_id
), late as (
  select date_bin('10 seconds', o.due, 'epoch'::timestamptz) as t, count(*) as bad
    from overdue o join judged j on j.run_id = o.id group by 1
)
insert into slo.source_bucket as b (slo, t, width_s, dims, region, source, epoch, good, bad, excluded)
select $1, t, 10, '[]', $4, 'queue', 'queue', 0, bad, 0 from late order by t
on conflict (slo, t, width_s, dims, region, source, epoch) do update set bad = b.bad + excluded.bad
returning slo, t, width_s`,
};

/** People wait for locks of runs: this does so less than they would notice, and looks again a second later. */
const WAIT_BRIEFLY: Statement = {
  name: 'slo_overdue_wait_briefly',
  text: `select set_config('lock_timeout', '100ms', true)`,
};

interface Bucket {
  readonly slo: string;
  readonly t: Date;
  readonly width_s: number;
}

/**
 * Judges runs that nobody claims: while no worker lives, there is nobody else who could. It is no producer: that nothing is
 * heard of the workers remains an alert of its own.
 */
@Injectable()
export class OverdueRuns implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly repeated = new RepeatedWork({
    everyMs: EVERY_MS,
    work: () => this.judge(),
    failed: (error) => {
      metrics.counter('holdfast_slo_failures_total').inc({ part: 'queue' });
      this.logger.warn({ err: error }, 'runs that wait are not judged; trying again');
    },
  });

  constructor(
    private readonly database: Database,
    private readonly definitions: DefinitionsService,
    @Inject(OVERDUE_RUNS) private readonly options: OverdueRunsOptions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.repeated.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.repeated.stop();
  }

  /** Judges what is overdue now; any number of replicas may do so at the same time. */
  async judge(): Promise<void> {
    const known = new Set((await this.definitions.current()).map(({ id }) => id));
    for (const slo of PROMISES.filter((id) => known.has(id))) {
      await this.database.transaction(async (tx) => {
        const values = [slo, deadlineOf(slo), MAX_RUNS, this.options.region];
        await tx.query(WAIT_BRIEFLY);
        const buckets = await tx.query<Bucket>(JUDGE, values);
        if (buckets.length > 0) await tx.query(MARK_MINUTES, [JSON.stringify(buckets)]);
      });
    }
  }
}
