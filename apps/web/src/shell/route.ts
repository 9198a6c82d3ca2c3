import { useSyncExternalStore } from 'react';

/** Where the page is: the server needs no routes for what stands behind the `#`. */
export interface Route {
  readonly threadId: string | null;
  /** The message to show first. */
  readonly seq: number | null;
}

const PATTERN = /^#\/t\/([0-9a-f-]{36})(?:\?seq=(\d+))?$/;

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => {
    removeEventListener('hashchange', listener);
  };
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const match = PATTERN.exec(hash);
  return { threadId: match?.[1] ?? null, seq: match?.[2] === undefined ? null : Number(match[2]) };
}

export function threadHref(threadId: string, seq?: number): string {
  return `#/t/${threadId}${seq === undefined ? '' : `?seq=${String(seq)}`}`;
}

export function goToThread(threadId: string): void {
  location.hash = threadHref(threadId);
}

export function goHome(): void {
  location.hash = '#/';
}
