import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

interface Follow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** The newest entry is in view, and the view follows what comes. */
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
  /** Ends the following, before the view is moved elsewhere. */
  readonly leaveEnd: () => void;
  readonly onScroll: () => void;
  /** A row has changed its height: the view goes along in the same frame. */
  readonly onResize: () => void;
}

/** So close to the end counts as at the end, px. */
const NEAR_PX = 48;
/** Rounding of positions, px. */
const FLOAT_PX = 4;

/**
 * At the end the view follows what grows below; anywhere else it stays. (What is added or measured above is the
 * virtualiser's business.)
 *
 * @param lastKey key of the newest entry.
 */
export function useFollow(lastKey: string | undefined): Follow {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    follows.current = true;
    setAtEnd(true);
    const view = scroller.current;
    if (view !== null) view.scrollTop = view.scrollHeight;
  }, []);

  const leaveEnd = useCallback(() => {
    follows.current = false;
    setAtEnd(false);
  }, []);

  const onScroll = useCallback(() => {
    const view = scroller.current;
    if (view === null) return;
    const below = view.scrollHeight - view.scrollTop - view.clientHeight;
    // Only going up leaves the end: text may have grown between our own scrolling and the event that tells of it.
    if (view.scrollTop < lastTop.current && below > FLOAT_PX) follows.current = false;
    else if (below < NEAR_PX) follows.current = true;
    lastTop.current = view.scrollTop;
    setAtEnd(follows.current || below < NEAR_PX);
  }, []);

  const onResize = useCallback(() => {
    const view = scroller.current;
    if (follows.current && view !== null) view.scrollTop = view.scrollHeight;
  }, []);

  useLayoutEffect(onResize, [onResize, lastKey]);

  // A composer that grows, a keyboard that opens: each moves the end.
  useEffect(() => {
    const observer = new ResizeObserver(onResize);
    if (scroller.current !== null) observer.observe(scroller.current);
    if (content.current !== null) observer.observe(content.current);
    return () => {
      observer.disconnect();
    };
  }, [onResize]);

  return { scroller, content, isAtEnd, toEnd, leaveEnd, onScroll, onResize };
}
