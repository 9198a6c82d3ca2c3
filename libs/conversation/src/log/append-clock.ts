import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the group commit sees it; tests drive their own. */
export interface AppendClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Resolves after `ms`; keeps no process alive, as what is waited for does that. */
  delay(ms: number): Promise<void>;
}

export const systemClock: AppendClock = {
  now: () => performance.now(),
  delay: (ms) => sleep(ms, undefined, { ref: false }),
};
