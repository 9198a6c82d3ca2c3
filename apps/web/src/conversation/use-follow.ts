import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

interface Follow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** The newest entry is in view, and the view follows what comes. */
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
  readonly onScroll: () => void;
}

/** So close to the end counts as at the end, px. */
const NEAR_PX = 48;

interface Anchor {
  readonly key: string;
  readonly top: number;
}

function elementOf(content: HTMLElement, key: string): HTMLElement | null {
  return content.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
}

/**
 * Keeps the reader's place: at the end the view follows what grows below; anywhere else the first visible entry stays
 * where it is, whatever is added above or below.
 *
 * @param firstKey key of the first entry; it changes when older ones are put in front.
 */
export function useFollow(firstKey: string | undefined): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const anchor = useRef<Anchor | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    follows.current = true;
    setAtEnd(true);
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);

  const onScroll = useCallback(() => {
    const [view, inner] = [scroller.current, content.current];
    if (view === null || inner === null) return;
    const isNear = view.scrollHeight - view.scrollTop - view.clientHeight < NEAR_PX;
    // Only going up leaves the end: text may have grown between our own scrolling and the event that tells of it.
    if (isNear) follows.current = true;
    else if (view.scrollTop < lastTop.current) follows.current = false;
    lastTop.current = view.scrollTop;
    setAtEnd(follows.current);
    const top = view.getBoundingClientRect().top;
    const first = [...inner.querySelectorAll<HTMLElement>('[data-key]')].find(
      (element) => element.getBoundingClientRect().bottom > top,
    );
    const key = first?.dataset['key'];
    anchor.current = first && key !== undefined ? { key, top: first.getBoundingClientRect().top } : null;
  }, []);

  useLayoutEffect(() => {
    const [view, inner, held] = [scroller.current, content.current, anchor.current];
    if (view === null || inner === null) return;
    if (follows.current) {
      view.scrollTop = view.scrollHeight;
      return;
    }
    const element = held === null ? null : elementOf(inner, held.key);
    if (element !== null && held !== null) view.scrollTop += element.getBoundingClientRect().top - held.top;
  }, [firstKey]);

  // Text that grows, a composer that grows, a keyboard that opens: each moves the end.
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const view = scroller.current;
      if (follows.current && view !== null) view.scrollTop = view.scrollHeight;
    });
    if (scroller.current !== null) observer.observe(scroller.current);
    if (content.current !== null) observer.observe(content.current);
    return () => {
      observer.disconnect();
    };
  }, []);

  return { scroller, content, isAtEnd, toEnd, onScroll };
}
