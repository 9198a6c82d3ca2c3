import { setTimeout as delay } from 'node:timers/promises';

/** Waits; false if `signal` ended the wait, or had ended it before. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, !signal.aborted, { signal }).catch(() => false);
}
