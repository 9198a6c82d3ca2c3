import { AppError } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { lockThreadAsMember } from '../log/lock-thread.js';
import { writeEvents } from '../log/write-events.js';
import type { Principal } from '../principal.js';
import type { MembersChanged } from './add-member.js';
import { bumpMemberVersion, leave } from './change-members.js';

/**
 * Removes somebody from a thread: anybody may leave, the owner may remove others. When the owner leaves, whoever has
 * been there longest follows. Idempotent. Agents go with `updateThread`.
 * @throws AppError `not_found` for strangers, `forbidden` for a member who removes another one, `invalid` for an agent
 */
export function removeMember(
  db: Database,
  principal: Principal,
  { threadId, userId }: { readonly threadId: string; readonly userId: string },
): Promise<MembersChanged> {
  const isLeaving = userId === principal.userId;
  return db.transaction(async (tx) => {
    const thread = await lockThreadAsMember(tx, principal, threadId);
    if (!isLeaving && thread.role !== 'owner') throw new AppError('forbidden', 'Only the owner removes others.');
    if (userId === thread.agentId) throw new AppError('invalid', 'userId: an agent is removed by changing agentId.');
    const { tenantId, memberVersion } = thread;
    const reason = isLeaving ? 'left' : 'removed';
    const event = await leave(tx, thread, userId, { senderId: principal.userId, reason });
    const place = { tenantId, threadId, epoch: tx.epoch };
    if (event === undefined) return { changed: false, published: { ...place, memberVersion, events: [] } };
    const version = await bumpMemberVersion(tx, threadId);
    const events = await writeEvents(tx, threadId, [event]);
    return { changed: true, published: { ...place, memberVersion: version, events } };
  });
}
