import type { Database } from '@holdfast/database';

/** A run that nobody executes although it could be. */
export interface DueRun {
  readonly runId: string;
  readonly threadId: string;
  readonly tenantId: string;
  /** `queued` = never claimed, `abandoned` = its lease ended. */
  readonly reason: 'queued' | 'abandoned';
  /** How long it has been due, in ms. */
  readonly dueForMs: number;
}

const DUE = {
  name: 'runs_due',
  text: `select r.id as "runId", r.thread_id as "threadId", r.tenant_id as "tenantId",
                case r.status when 'queued' then 'queued' else 'abandoned' end as reason,
                floor(extract(epoch from clock_timestamp() - coalesce(r.lease_until, r.created_at)) * 1000)::int as "dueForMs"
         from chat.run r
         where r.status in ('queued', 'running')
           and case r.status
                 when 'running' then r.lease_until <= clock_timestamp()
                 else not exists (select from chat.run o where o.thread_id = r.thread_id and o.status = 'running')
               end
         order by r.created_at limit $1`,
};

/** Runs to ring for, the oldest first. */
export function findDueRuns(db: Database, limit: number): Promise<DueRun[]> {
  return db.query<DueRun>(DUE, [limit]);
}
