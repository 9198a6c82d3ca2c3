import { useCallback, useMemo, useState, type FocusEvent } from 'react';
import type { Row } from '../entries/rows.js';

interface KeptRows {
  /** Positions of rows that stay in the document although they are out of view. */
  readonly indexes: readonly number[];
  /** Keeps a row, such as one that is being edited, or lets go of it. */
  readonly pin: (key: string, isPinned: boolean) => void;
  /** Key of the message that has, or is to have, the focus. */
  readonly active: string | null;
  readonly setActive: (key: string | null) => void;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/**
 * Shorter conversations stay in the document as a whole: the browser's search and the reading cursor of assistive
 * technology find everything.
 */
const WHOLE = 100;

function keyOf(element: Element | null): string | null {
  return element?.closest<HTMLElement>('[data-key]')?.dataset['key'] ?? null;
}

/** Rows that must not leave the document: the focused one, since the focus would be lost, and those being edited. */
export function useKeptRows(rows: readonly Row[]): KeptRows {
  const [active, setActive] = useState<string | null>(null);
  const [pinned, setPinned] = useState<ReadonlySet<string>>(new Set());

  const pin = useCallback((key: string, isPinned: boolean) => {
    setPinned((before) => {
      if (before.has(key) === isPinned) return before;
      const after = new Set(before);
      if (isPinned) after.add(key);
      else after.delete(key);
      return after;
    });
  }, []);

  const indexes = useMemo(() => {
    if (rows.length <= WHOLE) return rows.map((_, index) => index);
    if (active === null && pinned.size === 0) return [];
    return rows.flatMap(({ entry: { key } }, index) => (key === active || pinned.has(key) ? [index] : []));
  }, [rows, active, pinned]);

  const onFocus = useCallback((event: FocusEvent<HTMLElement>) => {
    setActive(keyOf(event.target));
  }, []);
  const onBlur = useCallback((event: FocusEvent<HTMLElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setActive(null);
  }, []);
  return { indexes, pin, active, setActive, onFocus, onBlur };
}
