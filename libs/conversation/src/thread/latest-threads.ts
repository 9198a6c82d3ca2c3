import type { Database } from '@holdfast/database';

/** A member of any tenant. */
export interface ThreadMember {
  readonly tenantId: string;
  readonly userId: string;
}

/** One of a member's threads. */
export interface LatestThread extends ThreadMember {
  readonly threadId: string;
  readonly memberVersion: number;
}

const LATEST = {
  name: 'threads_latest',
  text: `select i.tenant_id as "tenantId", i.user_id as "userId", t.id as "threadId", t.member_version as "memberVersion"
         from unnest($1::uuid[], $2::uuid[]) as i (tenant_id, user_id)
         cross join lateral (
           select t.id, t.member_version
           from chat.member m join chat.thread t on t.id = m.thread_id
           where m.user_id = i.user_id and t.tenant_id = i.tenant_id and t.deleted_at is null and t.archived_at is null
           order by t.active_at desc, t.id desc
           limit $3
         ) t`,
};

/** The threads of each of the members that are neither archived nor deleted, the latest `limit` of each, in one query. */
export async function latestThreads(
  db: Database,
  members: readonly ThreadMember[],
  limit: number,
): Promise<LatestThread[]> {
  const columns = [members.map(({ tenantId }) => tenantId), members.map(({ userId }) => userId)];
  return db.query<LatestThread>(LATEST, [...columns, limit]);
}
