import { AppError } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';
import type { LockedThread } from './lock-thread.js';

/** A command about one of the principal's own messages. */
export interface MessageCommand {
  readonly threadId: string;
  readonly messageId: string;
  /** Idempotency key, from the same space as the keys of messages. */
  readonly commandId: string;
  /** Revision that the caller has seen; 0 = never edited. */
  readonly ifRevision: number;
}

/** What an earlier call with the same key wrote. */
export interface EarlierCommand {
  readonly seq: number;
  readonly id: string;
  readonly at: Date;
  readonly type: string;
  readonly targetId: string | null;
  readonly revision: number | null;
  /** Fingerprint of its body in hex; null once erased. */
  readonly hash: string | null;
}

const EARLIER = {
  name: 'command_earlier',
  text: `select seq, id, at, type, target_id as "targetId", (data ->> 'revision')::int as revision,
                encode(body_hash, 'hex') as hash
         from chat.event where thread_id = $1 and sender_id = $2 and client_id = $3`,
};

const MESSAGE = {
  name: 'message_find',
  text: `select e.sender_id, e.erased_at is not null as erased,
                (select coalesce(max((d.data ->> 'revision')::int), 0) from chat.event d
                 where d.thread_id = e.thread_id and d.target_id = e.id and d.type = 'message.edited') as revision
         from chat.event e where e.id = $2 and e.thread_id = $1 and e.type = 'message.sent'`,
};

/** The entry that this sender's key already has in a locked thread. */
export async function earlierCommand(
  tx: Tx,
  thread: LockedThread,
  key: { readonly senderId: string; readonly commandId: string },
): Promise<EarlierCommand | undefined> {
  const [row] = await tx.query<EarlierCommand>(EARLIER, [thread.id, key.senderId, key.commandId]);
  return row;
}

/**
 * Proves that a message of a locked thread is the sender's own, still there, and as the sender has seen it.
 * @throws AppError `not_found`, `forbidden`, `gone` or `conflict`
 */
export async function requireOwnMessage(tx: Tx, senderId: string, command: MessageCommand): Promise<void> {
  const [message] = await tx.query<{ sender_id: string | null; erased: boolean; revision: number }>(MESSAGE, [
    command.threadId,
    command.messageId,
  ]);
  if (message === undefined) throw new AppError('not_found', 'No such message.');
  if (message.sender_id !== senderId) throw new AppError('forbidden', 'The message is somebody else’s.');
  if (message.erased) throw new AppError('gone', 'The message was deleted.');
  if (message.revision !== command.ifRevision) throw new AppError('conflict', 'The message was edited meanwhile.');
}
