import type { Member } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { toMember } from '../open/opener-queries.js';
import type { Principal } from '../principal.js';
import { authorizeMember } from './authorize-member.js';

type MemberRow = Parameters<typeof toMember>[0];

const LIST = {
  name: 'members_list',
  text: `select m.user_id, u.name, u.kind, m.role, m.joined_at
         from chat.member m join chat.app_user u on u.id = m.user_id
         where m.thread_id = $1
         order by u.kind = 'agent' desc, m.role = 'owner' desc, m.joined_at, m.user_id`,
};

const IDS = {
  name: 'member_ids',
  text: `select t.member_version, t.deleted_at is not null as deleted,
                coalesce(array_agg(m.user_id) filter (where m.user_id is not null), '{}') as ids
         from chat.thread t
         left join chat.member m on m.thread_id = t.id and ($2::uuid[] is null or m.user_id = any ($2::uuid[]))
         where t.id = $1
         group by t.id`,
};

/** All members of a thread, without a check. */
export async function membersOf(db: Database | Tx, threadId: string): Promise<Member[]> {
  return (await db.query<MemberRow>(LIST, [threadId])).map(toMember);
}

/**
 * All members of a thread, agents and owner first.
 * @throws AppError `not_found` for strangers
 */
export async function listMembers(db: Database, principal: Principal, threadId: string): Promise<Member[]> {
  await authorizeMember(db, principal, threadId);
  return membersOf(db, threadId);
}

/** Who takes part, and the version of that set. */
export interface MemberIds {
  readonly memberVersion: number;
  readonly userIds: readonly string[];
}

/**
 * The members of a thread, or those `among` some users, for what routes: it checks nobody. A thread that does not exist
 * or was deleted has none.
 */
export async function memberIds(db: Database, threadId: string, among?: readonly string[]): Promise<MemberIds> {
  const [row] = await db.query<{ member_version: number; deleted: boolean; ids: string[] }>(IDS, [
    threadId,
    among ?? null,
  ]);
  return { memberVersion: row?.member_version ?? 0, userIds: row === undefined || row.deleted ? [] : row.ids };
}
