import { useEffect, type KeyboardEvent, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from '../entries/rows.js';
import { whenShown } from './when-shown.js';

interface MessageKeys {
  readonly rows: readonly Row[];
  readonly active: string | null;
  readonly setActive: (key: string | null) => void;
  readonly list: RefObject<VirtualizerHandle | null>;
  readonly content: RefObject<HTMLElement | null>;
  readonly leaveEnd: () => void;
  readonly toEnd: () => void;
}

function isMessage({ entry }: Row): boolean {
  return entry.kind !== 'notice';
}

/**
 * Keys of the list: with Alt the arrows go from message to message, Home and End to the first and the newest one; without
 * it they scroll, as everywhere.
 */
export function useMessageKeys(keys: MessageKeys): (event: KeyboardEvent<HTMLElement>) => void {
  const { rows, active, setActive, list, content, leaveEnd, toEnd } = keys;

  useEffect(() => {
    if (active === null || content.current?.contains(document.activeElement) === true) return undefined;
    const find = () => content.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(active)}"]`);
    return whenShown(find, (element) => {
      element.focus({ preventScroll: true });
    });
  }, [active, content]);

  const goTo = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    leaveEnd();
    // The focus leaves the message it was on, so that the effect above moves it.
    content.current?.parentElement?.focus({ preventScroll: true });
    setActive(row.entry.key);
    list.current?.scrollToIndex(index, { align: 'nearest' });
  };

  return (event) => {
    if (event.key === 'End' && !event.altKey && event.target === event.currentTarget) {
      event.preventDefault();
      toEnd();
      return;
    }
    if (!event.altKey || !['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    const held = document.activeElement?.closest<HTMLElement>('[data-key]')?.dataset['key'];
    const at = held === undefined ? rows.length : rows.findIndex(({ entry }) => entry.key === held);
    switch (event.key) {
      case 'ArrowUp':
        goTo(rows.slice(0, at).findLastIndex(isMessage));
        break;
      case 'ArrowDown':
        goTo(rows.findIndex((row, index) => index > at && isMessage(row)));
        break;
      case 'Home':
        goTo(rows.findIndex(isMessage));
        break;
      default:
        goTo(rows.findLastIndex(isMessage));
    }
  };
}
