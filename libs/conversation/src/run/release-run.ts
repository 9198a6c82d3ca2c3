import type { Database } from '@holdfast/database';

const RELEASE = {
  name: 'run_release',
  text: `update chat.run set lease_until = clock_timestamp(), lease_owner = null
         where id = $1 and attempt = $2 and status = 'running' returning id`,
};

/**
 * Gives a run back for good, so that another worker can claim it at once: ring for it. What this attempt sends later, or
 * had under way, is fenced. Idempotent; false if this attempt no longer holds the run.
 */
export async function releaseRun(
  db: Database,
  run: { readonly runId: string; readonly attempt: number },
): Promise<boolean> {
  return (await db.query(RELEASE, [run.runId, run.attempt])).length > 0;
}
