import type { ThreadState } from '@holdfast/client';
import { useHoldfast } from '@holdfast/react';
import { useEffect, useRef, type RefObject } from 'react';

/** A found message may lie so many pages back, at most. */
const MAX_PAGES = 50;

/** Brings the message with this seq into view, fetching older pages until it is there. */
export function useJump(thread: ThreadState, seq: number | null, content: RefObject<HTMLElement | null>): void {
  const { threads } = useHoldfast();
  const done = useRef<number | null>(null);
  const pages = useRef(0);
  const { threadId, access, log, loadingOlder } = thread;
  useEffect(() => {
    if (seq === null || access !== 'open' || done.current === seq || loadingOlder) return;
    if (log.base >= seq && pages.current < MAX_PAGES) {
      pages.current += 1;
      void threads.get(threadId).loadOlder();
      return;
    }
    const element = content.current?.querySelector<HTMLElement>(`[data-seq="${String(seq)}"]`);
    if (!element) return;
    done.current = seq;
    pages.current = 0;
    element.scrollIntoView({ block: 'center' });
    element.focus({ preventScroll: true });
    element.dataset['found'] = 'true';
  }, [threads, threadId, access, log.base, loadingOlder, seq, content]);
}
