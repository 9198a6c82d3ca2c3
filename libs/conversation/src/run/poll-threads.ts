import type { Database } from '@holdfast/database';

/** Where a thread stands, for a gateway that repairs what hints lost. */
export interface PolledThread {
  readonly threadId: string;
  readonly tenantId: string;
  readonly head: number;
  readonly memberVersion: number;
  readonly deleted: boolean;
  /** Runs that have not ended. */
  readonly runs: readonly { runId: string; attempt: number; length: number }[];
}

const POLL = {
  name: 'threads_poll',
  text: `select t.id as "threadId", t.tenant_id as "tenantId", t.head, t.member_version as "memberVersion",
                t.deleted_at is not null as deleted, coalesce(l.runs, '[]') as runs
         from chat.thread t
         left join (
           select r.thread_id, jsonb_agg(jsonb_build_object(
             'runId', r.id, 'attempt', r.attempt, 'length', r.length) order by r.created_at) as runs
           from chat.run r where r.status in ('queued', 'running') and r.thread_id = any ($1::uuid[])
           group by r.thread_id
         ) l on l.thread_id = t.id
         where t.id = any ($1::uuid[])`,
};

/** Heads, member versions and live runs of many threads, in one query; threads that do not exist are left out. */
export async function pollThreads(
  db: Database,
  threadIds: readonly string[],
): Promise<{ readonly epoch: string; readonly threads: readonly PolledThread[] }> {
  const { rows, epoch } = await db.read<PolledThread>(POLL, [threadIds]);
  return { epoch, threads: rows };
}
