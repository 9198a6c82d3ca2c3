import type { ThreadState } from '@holdfast/client';
import { useHoldfast } from '../provider.js';
import { useEffect } from 'react';

/** What is in view of a visible page is read. */
export function useReadMark({ threadId, access, log }: ThreadState, isAtEnd: boolean): void {
  const client = useHoldfast();
  const { last } = log;
  useEffect(() => {
    if (access !== 'open' || !isAtEnd) return undefined;
    const mark = (): void => {
      if (document.visibilityState === 'visible') client.markRead(threadId, last);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => {
      document.removeEventListener('visibilitychange', mark);
    };
  }, [client, threadId, access, last, isAtEnd]);
}
