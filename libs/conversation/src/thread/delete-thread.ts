import { AppError } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { lockThread, MEMBER_ROLE, noSuchThread, type LockedThread } from '../log/lock-thread.js';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { bumpMemberVersion } from './change-members.js';

export interface DeletedThread {
  /** False if it was deleted before. */
  readonly deleted: boolean;
  readonly published: Published;
  /** Everyone whose inbox has one thread less. */
  readonly memberIds: readonly string[];
}

/** A long thread takes its time; nobody else may use it any more. */
export const DELETE_TIMEOUT_MS = 30_000;

const MEMBERS = {
  name: 'people_of_thread',
  text: `select m.user_id as id from chat.member m join chat.app_user u on u.id = m.user_id
         where m.thread_id = $1 and u.kind <> 'agent'`,
};
const DELETE = { name: 'thread_delete', text: 'update chat.thread set deleted_at = clock_timestamp() where id = $1' };

// Nothing of a deleted thread stays readable but that it existed: the rows keep their seqs and lose what people wrote.
const BLANK = {
  name: 'thread_blank',
  text: `update chat.event
         set data = jsonb_set(data, '{body}', 'null'), body_hash = null, erased_at = clock_timestamp()
         where thread_id = $1 and type in ('message.sent', 'message.edited') and erased_at is null`,
};
const END_RUNS = {
  name: 'thread_end_runs',
  text: `update chat.run set status = 'cancelled', ended_at = clock_timestamp(), lease_until = null, lease_owner = null
         where thread_id = $1 and status in ('queued', 'running')`,
};
const DROP_CHUNKS = {
  name: 'thread_drop_chunks',
  text: `with gone as (delete from chat.run_step s using chat.run r where r.id = s.run_id and r.thread_id = $1)
         delete from chat.run_chunk c using chat.run r where r.id = c.run_id and r.thread_id = $1`,
};

/** Deletes a locked thread: ends its runs, blanks its messages and makes its rooms stale. Returns the member version. */
export async function deleteLocked(tx: Tx, thread: LockedThread): Promise<number> {
  for (const statement of [DELETE, BLANK, END_RUNS, DROP_CHUNKS]) await tx.query(statement, [thread.id]);
  return bumpMemberVersion(tx, thread.id);
}

/**
 * Deletes a thread for all its members; only its owner may. Its messages are blanked, its runs end. Idempotent.
 * @throws AppError `not_found` for strangers, `forbidden` for members who do not own it
 */
export function deleteThread(db: Database, principal: Principal, threadId: string): Promise<DeletedThread> {
  const { tenantId, userId } = principal;
  return db.transaction(
    async (tx) => {
      const thread = await lockThread(tx, threadId);
      if (thread?.tenantId !== tenantId) throw noSuchThread();
      const [member] = await tx.query<{ role: string }>(MEMBER_ROLE, [threadId, userId]);
      if (member === undefined) throw noSuchThread();
      if (member.role !== 'owner') throw new AppError('forbidden', 'Only the owner deletes a thread.');
      const place = { tenantId, threadId, epoch: tx.epoch, events: [] };
      if (thread.deleted) {
        return { deleted: false, published: { ...place, memberVersion: thread.memberVersion }, memberIds: [] };
      }
      const memberVersion = await deleteLocked(tx, thread);
      const members = await tx.query<{ id: string }>(MEMBERS, [threadId]);
      return { deleted: true, published: { ...place, memberVersion }, memberIds: members.map(({ id }) => id) };
    },
    { timeoutMs: DELETE_TIMEOUT_MS },
  );
}
