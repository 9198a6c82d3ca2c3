import { AppError, type MessageBody } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { bodyHash } from './body-hash.js';
import { lockThreadAsMember } from './lock-thread.js';
import { earlierCommand, requireOwnMessage, type MessageCommand } from './own-message.js';
import { writeEvents } from './write-events.js';

/** Where the entry of a command stands in the log. */
export interface CommandPlace {
  readonly seq: number;
  readonly eventId: string;
  readonly at: string;
  /** True if an earlier call with this key had done it; then nothing is published. */
  readonly duplicate: boolean;
  readonly published: Published;
}

export interface EditedMessage extends CommandPlace {
  readonly revision: number;
}

const SUPERSEDE = {
  name: 'revisions_supersede',
  text: `update chat.event set current = false
         where thread_id = $1 and (id = $2 or target_id = $2) and current and seq < $3
           and type in ('message.sent', 'message.edited')`,
};

/**
 * Replaces the body of an own message. Idempotent by `commandId`.
 * @throws AppError `not_found`, `forbidden` for somebody else's message, `gone` for a deleted one, `conflict` if it was
 * edited meanwhile or the key was used for something else
 */
export function editMessage(
  db: Database,
  principal: Principal,
  command: MessageCommand & { readonly body: MessageBody },
): Promise<EditedMessage> {
  const { threadId, messageId, commandId, ifRevision, body } = command;
  const { tenantId, userId: senderId } = principal;
  return db.transaction(async (tx) => {
    const thread = await lockThreadAsMember(tx, principal, threadId);
    const { memberVersion } = thread;
    const nothing: Published = { tenantId, threadId, memberVersion, epoch: tx.epoch, events: [] };
    const hash = bodyHash(body);
    const earlier = await earlierCommand(tx, thread, { senderId, commandId });
    if (earlier !== undefined) {
      const isSame = earlier.type === 'message.edited' && earlier.targetId === messageId;
      if (!isSame || (earlier.hash !== null && earlier.hash !== hash)) throw keyTaken();
      const { seq, id: eventId, at, revision } = earlier;
      const place = { seq, eventId, at: at.toISOString(), duplicate: true, published: nothing };
      return { ...place, revision: revision ?? ifRevision + 1 };
    }
    await requireOwnMessage(tx, senderId, command);
    const revision = ifRevision + 1;
    const draft = { type: 'message.edited' as const, data: { messageId, revision, body } };
    const events = await writeEvents(tx, threadId, [
      { senderId, clientId: commandId, targetId: messageId, hash, draft },
    ]);
    const [event] = events;
    if (event === undefined) throw new RangeError('an event that was written is not there');
    await tx.query(SUPERSEDE, [threadId, messageId, event.seq]);
    const { seq, id: eventId, at } = event;
    return { seq, eventId, at, duplicate: false, revision, published: { ...nothing, events } };
  });
}

/** The answer to a key that already names something else. */
export function keyTaken(): AppError {
  return new AppError('conflict', 'The id was used for something else.');
}
