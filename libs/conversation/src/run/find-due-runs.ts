import type { Database } from '@holdfast/database';

/** A run that nobody executes although it could be. */
export interface DueRun {
  readonly runId: string;
  readonly threadId: string;
  readonly tenantId: string;
  /** `queued` = never claimed, `released` = its worker gave it back, `abandoned` = its lease ended. */
  readonly reason: 'queued' | 'released' | 'abandoned';
  /** How long it has been due, in ms. */
  readonly dueForMs: number;
}

export interface DueRuns {
  /** The oldest first. */
  readonly runs: readonly DueRun[];
  /** Time until the next lease ends unless it is renewed, in ms; null = nobody holds one. */
  readonly nextLeaseEndMs: number | null;
}

type Row = { readonly nextLeaseEndMs: number | null } & (DueRun | { readonly [K in keyof DueRun]: null });

const DUE = {
  name: 'runs_due',
  text: `select due.*, held.next as "nextLeaseEndMs"
         from (select ceil(extract(epoch from min(lease_until) - clock_timestamp()) * 1000)::int as next
               from chat.run where status in ('queued', 'running') and lease_until > clock_timestamp()) held
         left join lateral (
           select r.id as "runId", r.thread_id as "threadId", r.tenant_id as "tenantId",
                  case when r.status = 'queued' then 'queued'
                       when r.lease_owner is null then 'released' else 'abandoned' end as reason,
                  floor(extract(epoch from clock_timestamp() - coalesce(r.lease_until, r.created_at)) * 1000)::int as "dueForMs"
           from chat.run r
           where r.status in ('queued', 'running')
             and case r.status
                   when 'running' then r.lease_until <= clock_timestamp()
                   else not exists (select from chat.run o where o.thread_id = r.thread_id and o.status = 'running')
                 end
           order by r.created_at limit $1
         ) due on true`,
};

/** Runs that wait for a worker, at most `limit`, and when to look for more. */
export async function findDueRuns(db: Database, limit: number): Promise<DueRuns> {
  const rows = await db.query<Row>(DUE, [limit]);
  const runs = rows.flatMap(({ nextLeaseEndMs: _, ...run }) => (run.runId === null ? [] : [run]));
  return { runs, nextLeaseEndMs: rows[0]?.nextLeaseEndMs ?? null };
}
