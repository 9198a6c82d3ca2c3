import type { Database, Tx } from '@holdfast/database';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { keyTaken, type CommandPlace } from './edit-message.js';
import { lockThreadAsMember } from './lock-thread.js';
import { earlierCommand, requireOwnMessage, type MessageCommand } from './own-message.js';
import { writeEvents } from './write-events.js';

// The fingerprint goes with the body: a short text could be guessed from it.
const BLANK = {
  name: 'messages_blank',
  text: `update chat.event
         set data = jsonb_set(data, '{body}', 'null'), body_hash = null, erased_at = clock_timestamp()
         where thread_id = $1 and (id = any ($2::uuid[]) or target_id = any ($2::uuid[]))
           and type in ('message.sent', 'message.edited') and erased_at is null`,
};

/** Blanks messages of a locked thread together with all their revisions; their seqs stay. */
export async function blankMessages(tx: Tx, threadId: string, messageIds: readonly string[]): Promise<void> {
  await tx.query(BLANK, [threadId, messageIds]);
}

/**
 * Blanks an own message and all its revisions; its seq stays. Idempotent by `commandId`.
 * @throws AppError `not_found`, `forbidden` for somebody else's message, `gone` for a deleted one, `conflict` if it was
 * edited meanwhile or the key was used for something else
 */
export function deleteMessage(db: Database, principal: Principal, command: MessageCommand): Promise<CommandPlace> {
  const { threadId, messageId, commandId } = command;
  const { tenantId, userId: senderId } = principal;
  return db.transaction(async (tx) => {
    const thread = await lockThreadAsMember(tx, principal, threadId);
    const { memberVersion } = thread;
    const nothing: Published = { tenantId, threadId, memberVersion, epoch: tx.epoch, events: [] };
    const earlier = await earlierCommand(tx, thread, { senderId, commandId });
    if (earlier !== undefined) {
      if (earlier.type !== 'message.deleted' || earlier.targetId !== messageId) throw keyTaken();
      const { seq, id: eventId, at } = earlier;
      return { seq, eventId, at: at.toISOString(), duplicate: true, published: nothing };
    }
    await requireOwnMessage(tx, senderId, command);
    await blankMessages(tx, threadId, [messageId]);
    const draft = { type: 'message.deleted' as const, data: { messageId, reason: 'deleted' as const } };
    const events = await writeEvents(tx, threadId, [{ senderId, clientId: commandId, targetId: messageId, draft }]);
    const [event] = events;
    if (event === undefined) throw new RangeError('an event that was written is not there');
    const { seq, id: eventId, at } = event;
    return { seq, eventId, at, duplicate: false, published: { ...nothing, events } };
  });
}
