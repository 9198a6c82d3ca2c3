import type { LockManager } from '../src/tabs/leadership.js';

/** Web Locks of one browser: whoever asked first holds, the others wait. */
export function fakeLocks(): LockManager {
  let tail: Promise<void> = Promise.resolve();
  return {
    request: (_name, { signal }, held) => {
      const mine = tail.then(() => {
        signal.throwIfAborted();
        return held();
      });
      tail = mine.catch(() => undefined);
      return mine;
    },
  };
}
