import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '@holdfast/database';
import { HealthRegistry, type HealthReport } from '@holdfast/health';
import { metrics } from '@holdfast/observability';

/** A run that waits longer than `late` is felt; with nobody at work, one that waits longer than `stuck` is a fault, in s. */
const WAITING_S = { late: 10, stuck: 30 } as const;

/** A run is only waiting for a worker if its thread has none under way. */
const QUEUE_STATEMENT = {
  name: 'health_queue',
  text: `
select count(*) filter (where status = 'queued')::int as waiting,
       count(*) filter (where status = 'running')::int as active,
       count(*) filter (where status = 'running' and lease_until < now())::int as stalled,
       coalesce(max(extract(epoch from now() - created_at)) filter (
         where status = 'queued'
           and not exists (select 1 from chat.run other
                            where other.thread_id = run.thread_id and other.status = 'running')), 0)::float8 as oldest_s
  from chat.run run
 where status in ('queued', 'running')`,
};

/** The runs of all workers, as Postgres knows them. */
export interface QueueState {
  readonly waiting: number;
  readonly active: number;
  /** Runs whose worker has not renewed its lease. */
  readonly stalled: number;
  /** Age of the oldest run that could start, in seconds. */
  readonly oldest_s: number;
}

/** Waiting runs while nothing is active are a fault; long waits and lost leases are worth a look. */
export function queueReport({ waiting, active, stalled, oldest_s: oldest }: QueueState): HealthReport {
  const facts = { waiting, active, stalled, oldestS: Math.round(oldest) };
  if (oldest >= WAITING_S.stuck && active === 0) return { state: 'down', reason: 'stuck', facts };
  if (stalled > 0) return { state: 'degraded', reason: 'stuck', facts };
  return oldest >= WAITING_S.late ? { state: 'degraded', reason: 'slow', facts } : { state: 'up', facts };
}

/** Registers the check of the runs that wait for a worker. */
@Injectable()
export class QueueCheck implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly db: Database,
  ) {}

  onModuleInit(): void {
    this.registry.register('runs.queue', () => this.check());
  }

  private async check(): Promise<HealthReport> {
    const [state] = await this.db.query<QueueState>(QUEUE_STATEMENT);
    if (state === undefined) return { state: 'down', reason: 'failed' };
    metrics.gauge('holdfast_runs_waiting').set(state.waiting);
    metrics.gauge('holdfast_runs_oldest_waiting_seconds').set(state.oldest_s);
    return queueReport(state);
  }
}
