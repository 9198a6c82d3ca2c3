import { useThreads } from '@holdfast/react';
import { useEffect } from 'react';

/** The tab tells how many messages wait to be read. */
export function useUnreadTitle(): void {
  const { threads } = useThreads();
  const unread = threads.reduce((sum, thread) => sum + thread.unread, 0);
  useEffect(() => {
    document.title = unread === 0 ? 'Holdfast' : `(${String(unread)}) Holdfast`;
  }, [unread]);
}
