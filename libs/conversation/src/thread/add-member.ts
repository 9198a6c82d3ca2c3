import { AppError, type UserKind } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { lockThreadAsMember } from '../log/lock-thread.js';
import { writeEvents } from '../log/write-events.js';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { join } from './change-members.js';

const FIND = {
  name: 'person_find',
  text: `select id, name, kind from chat.app_user
         where id = $1 and tenant_id = $2 and kind <> 'agent' and erased_at is null`,
};

/** What a change of the members did. */
export interface MembersChanged {
  /** False if the members were as asked for already; then nothing is published. */
  readonly changed: boolean;
  readonly published: Published;
}

/**
 * Adds a person to a thread; any member may. Idempotent. Agents come with `updateThread`.
 * @throws AppError `not_found` for strangers, and for somebody who is not of this tenant
 */
export function addMember(
  db: Database,
  principal: Principal,
  { threadId, userId }: { readonly threadId: string; readonly userId: string },
): Promise<MembersChanged> {
  return db.transaction(async (tx) => {
    const thread = await lockThreadAsMember(tx, principal, threadId);
    const { tenantId, memberVersion } = thread;
    const [user] = await tx.query<{ id: string; name: string; kind: UserKind }>(FIND, [userId, tenantId]);
    if (user === undefined) throw new AppError('not_found', 'No such user.');
    const event = await join(tx, thread, user, principal.userId);
    const events = await writeEvents(tx, threadId, event === undefined ? [] : [event]);
    const published = { tenantId, threadId, memberVersion, epoch: tx.epoch, events };
    return { changed: event !== undefined, published };
  });
}
