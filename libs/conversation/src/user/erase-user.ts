import { AppError, type UserKind } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { blankMessages } from '../log/delete-message.js';
import { lockThread, type LockedThread } from '../log/lock-thread.js';
import { writeEvents, type EventDraft } from '../log/write-events.js';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { bumpMemberVersion, leave } from '../thread/change-members.js';
import { DELETE_TIMEOUT_MS, deleteLocked } from '../thread/delete-thread.js';
import { erasedSubject } from './ensure-users.js';

export interface EraseRequest {
  readonly userId: string;
  /** Called after each commit with what it wrote; a person may have written in many threads. */
  readonly onPublished: (published: Published) => void;
}

export interface ErasedUser {
  readonly userId: string;
  /** Messages blanked by this call. */
  readonly erasedMessages: number;
}

/** What an erased person is called from then on. */
const ERASED_NAME = 'Erased user';

/** Messages blanked in one transaction, so that none holds its thread for long. */
const STEP = 200;

const FIND = {
  name: 'user_find',
  text: 'select subject, kind from chat.app_user where id = $1 and tenant_id = $2',
};

const MARK = {
  name: 'user_mark_erased',
  text: 'update chat.app_user set name = $2, subject = $3, erased_at = clock_timestamp() where id = $1 and erased_at is null',
};

const NEXT_THREAD = {
  name: 'user_next_thread',
  text: `select thread_id from chat.member where user_id = $1
         union all
         select thread_id from chat.event
         where sender_id = $1 and type = 'message.sent' and erased_at is null
         limit 1`,
};

const PEOPLE = {
  name: 'thread_people_count',
  text: `select count(*) filter (where m.user_id = $2)::int as own, count(*)::int as people
         from chat.member m join chat.app_user u on u.id = m.user_id
         where m.thread_id = $1 and (u.kind <> 'agent' or u.id = $2)`,
};

const MESSAGES = {
  name: 'user_messages',
  text: `select id from chat.event
         where thread_id = $1 and sender_id = $2 and type = 'message.sent' and erased_at is null
         order by seq limit ${String(STEP)}`,
};

const FORGET_NAME = {
  name: 'user_forget_name',
  text: `update chat.event set data = jsonb_set(data, '{name}', to_jsonb($3::text))
         where thread_id = $1 and type = 'member.added' and data ->> 'userId' = $2::text`,
};

const FORGET_MARKER = {
  name: 'user_forget_marker',
  text: 'delete from chat.read_marker where thread_id = $1 and user_id = $2',
};

// Tool calls may quote what the person wrote; the answers themselves are the agent's messages and stay.
const FORGET_STEPS = {
  name: 'user_forget_steps',
  text: `delete from chat.run_step s using chat.run r
         where r.id = s.run_id and r.thread_id = $1 and r.ended_at is not null`,
};

/**
 * Erases a person: blanks what they wrote, takes them out of every thread, and forgets name and subject. A thread in
 * which they were the only person is deleted. It works thread by thread, so that a call that was cut short is finished by
 * a repetition. People may erase themselves, the role `ops` anybody of the tenant.
 * @throws AppError `forbidden`, `not_found`, or `invalid` for an agent
 */
export async function eraseUser(db: Database, principal: Principal, request: EraseRequest): Promise<ErasedUser> {
  const { userId, onPublished } = request;
  if (userId !== principal.userId && !principal.roles.includes('ops')) {
    throw new AppError('forbidden', 'Only people themselves and operators erase a user.');
  }
  const [user] = await db.query<{ subject: string; kind: UserKind }>(FIND, [userId, principal.tenantId]);
  if (user === undefined) throw new AppError('not_found', 'No such user.');
  if (user.kind === 'agent') throw new AppError('invalid', 'userId: an agent cannot be erased.');
  await db.query(MARK, [userId, ERASED_NAME, erasedSubject(user.subject)]);
  let erasedMessages = 0;
  for (;;) {
    const [next] = await db.query<{ thread_id: string }>(NEXT_THREAD, [userId]);
    if (next === undefined) return { userId, erasedMessages };
    const step = await db.transaction((tx) => eraseIn(tx, next.thread_id, userId), { timeoutMs: DELETE_TIMEOUT_MS });
    erasedMessages += step.messages;
    onPublished(step.published);
  }
}

/** One step in one thread; a thread with many messages takes several. */
async function eraseIn(tx: Tx, threadId: string, userId: string): Promise<{ messages: number; published: Published }> {
  const thread = await lockThread(tx, threadId);
  if (thread === undefined) throw new RangeError('a thread with events vanished');
  const [people] = await tx.query<{ own: number; people: number }>(PEOPLE, [threadId, userId]);
  const messages = await tx.query<{ id: string }>(MESSAGES, [threadId, userId]);
  const ids = messages.map(({ id }) => id);
  const { tenantId } = thread;
  const place = { tenantId, threadId, epoch: tx.epoch };
  if (people?.own === 1 && people.people === 1 && !thread.deleted) {
    const memberVersion = await deleteLocked(tx, thread);
    await forget(tx, thread, userId);
    return { messages: ids.length, published: { ...place, memberVersion, events: [] } };
  }
  await blankMessages(tx, threadId, ids);
  const drafts = ids.map((messageId): EventDraft => ({
    senderId: null,
    targetId: messageId,
    draft: { type: 'message.deleted', data: { messageId, reason: 'erased' } },
  }));
  if (ids.length === STEP) {
    const events = await writeEvents(tx, threadId, drafts);
    return { messages: ids.length, published: { ...place, memberVersion: thread.memberVersion, events } };
  }
  const left = await forget(tx, thread, userId);
  const memberVersion = left === undefined ? thread.memberVersion : await bumpMemberVersion(tx, threadId);
  const events = await writeEvents(tx, threadId, left === undefined ? drafts : [...drafts, left]);
  return { messages: ids.length, published: { ...place, memberVersion, events } };
}

async function forget(tx: Tx, thread: LockedThread, userId: string): Promise<EventDraft | undefined> {
  const left = await leave(tx, thread, userId, { senderId: null, reason: 'erased' });
  await tx.query(FORGET_NAME, [thread.id, userId, ERASED_NAME]);
  await tx.query(FORGET_MARKER, [thread.id, userId]);
  await tx.query(FORGET_STEPS, [thread.id]);
  return left;
}
