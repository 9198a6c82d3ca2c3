import { useCallback } from 'react';
import { useHoldfast } from '../provider.js';
import { useReadable } from './use-readable.js';

/** What was typed in a thread and not sent, and how to change it. */
export function useDraft(threadId: string): [string, (text: string) => void] {
  const { drafts } = useHoldfast();
  const text = useReadable(drafts.of(threadId));
  const setText = useCallback(
    (next: string) => {
      drafts.set(threadId, next);
    },
    [drafts, threadId],
  );
  return [text, setText];
}
