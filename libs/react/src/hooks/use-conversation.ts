import { conversationEntries, type ConversationEntry, type ThreadState } from '@holdfast/client';
import { useMemo } from 'react';
import { useHoldfast } from '../provider.js';
import { useOutbox } from './use-outbox.js';

/** What a reader of the thread sees, in order. */
export function useConversation(thread: ThreadState): readonly ConversationEntry[] {
  const { userId } = useHoldfast().identity;
  const outbox = useOutbox(thread.threadId);
  return useMemo(() => conversationEntries(thread, outbox, userId), [thread, outbox, userId]);
}
