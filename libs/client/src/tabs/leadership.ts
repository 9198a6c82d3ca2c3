import { Store, type Readable } from '../support/store.js';

/** Whether this page is the one, among the pages of the same person in this browser, that acts for all of them. */
export interface Leadership {
  readonly leads: Readable<boolean>;
  /** Begins to wait for its turn. */
  start(): void;
  /** Gives the lead, or the place in the queue, to the next page. */
  stop(): void;
}

/** The part of `navigator.locks` that is needed. */
export interface LockManager {
  request(name: string, options: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

/** {@link Leadership} of a page that knows of no other: each acts for itself, and the server tells copies apart. */
export function soleLeadership(): Leadership {
  return { leads: new Store(true), start: () => undefined, stop: () => undefined };
}

/**
 * {@link Leadership} by a lock that the browser frees when a page closes, crashes or is discarded, so that the next page
 * leads within milliseconds. A page that holds a lock is not frozen in the background.
 *
 * @param name tells owners apart, such as tenant and user.
 */
export function lockLeadership(name: string, locks: LockManager): Leadership {
  const leads = new Store(false);
  let turn: { readonly abort: AbortController; readonly release: () => void } | null = null;
  return {
    leads,
    start: () => {
      if (turn !== null) return;
      const abort = new AbortController();
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      turn = { abort, release };
      const hold = (): Promise<void> => {
        if (abort.signal.aborted) return Promise.resolve();
        leads.set(true);
        return released;
      };
      locks.request(name, { signal: abort.signal }, hold).catch(() => {
        // Locks may be forbidden, as in a sandboxed frame: then this page acts for itself.
        if (!abort.signal.aborted) leads.set(true);
      });
    },
    stop: () => {
      turn?.abort.abort();
      turn?.release();
      turn = null;
      leads.set(false);
    },
  };
}

/** {@link Leadership} of this browser's pages; without Web Locks, or outside a browser, each page leads. */
export function browserLeadership(name: string): Leadership {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } };
  return navigator?.locks === undefined ? soleLeadership() : lockLeadership(name, navigator.locks);
}
