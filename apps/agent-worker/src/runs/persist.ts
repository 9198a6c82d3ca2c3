import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@holdfast/contracts';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * Calls `work` until it ends in a result or in a fault that a retry cannot help; waits longer between tries. Rejects with
 * the reason of `signal` when it fires.
 */
export async function persist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || !error.retryable || error.code === 'internal') throw error;
    }
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}
