/** The part of `navigator.locks` that is needed: one holder of a name at a time, the others wait in order. */
export interface LockManager {
  request(name: string, options: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

/** `navigator.locks`, or undefined outside a browser and in browsers without it. */
export function browserLocks(): LockManager | undefined {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } };
  return navigator?.locks;
}

/**
 * Holds a lock, once it is free, until the returned function is called. The browser frees it when the page closes,
 * crashes or is discarded; a page that holds one is not frozen in the background.
 *
 * @param onHeld it is held now, or locks are forbidden, as in a sandboxed frame: then each page acts for itself.
 */
export function holdLock(locks: LockManager, name: string, onHeld: () => void): () => void {
  const abort = new AbortController();
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const held = (): Promise<void> => {
    if (abort.signal.aborted) return Promise.resolve();
    onHeld();
    return released;
  };
  locks.request(name, { signal: abort.signal }, held).catch(() => {
    if (!abort.signal.aborted) onHeld();
  });
  return () => {
    abort.abort();
    release();
  };
}
