import type { OutboxItem } from '@holdfast/client';
import { useMemo } from 'react';
import { useHoldfast } from '../provider.js';
import { useReadable } from './use-readable.js';

/** Own messages on their way: of one thread, or all. */
export function useOutbox(threadId?: string): readonly OutboxItem[] {
  const items = useReadable(useHoldfast().outbox);
  return useMemo(
    () => (threadId === undefined ? items : items.filter((item) => item.threadId === threadId)),
    [items, threadId],
  );
}
