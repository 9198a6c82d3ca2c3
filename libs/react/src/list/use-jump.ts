import type { ThreadState } from '@holdfast/client';
import { useEffect, useRef, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from '../entries/rows.js';
import { useHoldfast } from '../provider.js';
import { whenShown } from './when-shown.js';

/** A found message may lie so many pages back, at most. */
const MAX_PAGES = 50;

interface Jump {
  readonly thread: ThreadState;
  /** Of the message to show; null = none. */
  readonly seq: number | null;
  readonly rows: readonly Row[];
  readonly list: RefObject<VirtualizerHandle | null>;
  readonly content: RefObject<HTMLElement | null>;
  readonly leaveEnd: () => void;
}

function seqOf({ entry }: Row): number | null {
  return 'seq' in entry ? entry.seq : null;
}

/** Brings the message with this seq into view, fetching older pages until it is there. */
export function useJump({ thread, seq, rows, list, content, leaveEnd }: Jump): void {
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
    const index = rows.findIndex((row) => seqOf(row) === seq);
    if (index === -1) return;
    done.current = seq;
    pages.current = 0;
    leaveEnd();
    list.current?.scrollToIndex(index, { align: 'center' });
    whenShown(
      () => content.current?.querySelector<HTMLElement>(`[data-seq="${String(seq)}"]`),
      (element) => {
        element.focus({ preventScroll: true });
        element.dataset['found'] = 'true';
      },
    );
  }, [threads, threadId, access, log.base, loadingOlder, seq, rows, list, content, leaveEnd]);
}
