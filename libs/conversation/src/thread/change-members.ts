import type { LogEventData, MemberRole, UserKind } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';
import type { LockedThread } from '../log/lock-thread.js';
import type { EventDraft } from '../log/write-events.js';

export interface Joining {
  readonly id: string;
  readonly name: string;
  readonly kind: UserKind;
}

const JOIN = {
  name: 'member_join',
  text: `insert into chat.member (thread_id, user_id, role, joined_at) values ($1, $2, $3, clock_timestamp())
         on conflict (thread_id, user_id) do nothing returning user_id`,
};

const LEAVE = {
  name: 'member_leave',
  text: 'delete from chat.member where thread_id = $1 and user_id = $2 returning role',
};

// The next owner is whoever has been there longest; a thread of agents alone has none.
const SUCCEED = {
  name: 'member_succeed',
  text: `update chat.member set role = 'owner'
         where thread_id = $1 and user_id = (
           select m.user_id from chat.member m join chat.app_user u on u.id = m.user_id
           where m.thread_id = $1 and u.kind <> 'agent' order by m.joined_at, m.user_id limit 1
         )`,
};

const BUMP = {
  name: 'member_version_bump',
  text: 'update chat.thread set member_version = member_version + 1 where id = $1 returning member_version',
};

/** Adds somebody to a locked thread; the event to write, or undefined if they took part already. */
export async function join(
  tx: Tx,
  thread: LockedThread,
  user: Joining,
  senderId: string,
): Promise<EventDraft | undefined> {
  const added = await tx.query(JOIN, [thread.id, user.id, 'member']);
  if (added.length === 0) return undefined;
  const data = { userId: user.id, name: user.name, kind: user.kind, role: 'member' as const };
  return { senderId, draft: { type: 'member.added', data } };
}

/** Removes somebody from a locked thread; the event to write, or undefined if they took no part. */
export async function leave(
  tx: Tx,
  thread: LockedThread,
  userId: string,
  cause: { readonly senderId: string | null; readonly reason: LogEventData<'member.removed'>['reason'] },
): Promise<EventDraft | undefined> {
  const [left] = await tx.query<{ role: MemberRole }>(LEAVE, [thread.id, userId]);
  if (left === undefined) return undefined;
  if (left.role === 'owner') await tx.query(SUCCEED, [thread.id]);
  return { senderId: cause.senderId, draft: { type: 'member.removed', data: { userId, reason: cause.reason } } };
}

/**
 * Makes every room of the thread stale, so that nobody is served before their membership was checked again. Only a
 * removal needs it: an addition takes nothing away from those who are in the room.
 */
export async function bumpMemberVersion(tx: Tx, threadId: string): Promise<number> {
  const [row] = await tx.query<{ member_version: number }>(BUMP, [threadId]);
  return row?.member_version ?? 0;
}
