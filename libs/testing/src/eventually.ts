import { setTimeout as delay } from 'node:timers/promises';

/** Bounds of {@link eventually}. */
export interface EventuallyOptions {
  /** Longest wait, in ms. */
  readonly timeoutMs?: number;
  /** Pause between two tries, in ms. */
  readonly intervalMs?: number;
}

/**
 * Calls `attempt` until it neither throws nor returns `false`, and returns what it returned.
 * @throws the last error, or a description of the last value, once `timeoutMs` have passed. A try that hangs counts as
 * failed at the deadline.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 5_000, intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  let last: unknown = new Error('no attempt has finished');
  for (;;) {
    try {
      const value = await withDeadline(Promise.resolve().then(attempt), deadline - performance.now());
      if (value !== false) return value;
      last = new Error('the condition stayed false');
    } catch (error) {
      last = error === HANGING ? last : error;
    }
    if (performance.now() >= deadline) throw describe(last, timeoutMs);
    await delay(Math.min(intervalMs, Math.max(0, deadline - performance.now())));
  }
}

/** Marks a try that did not end; never seen outside. */
const HANGING = new Error('a try hangs');

async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(HANGING);
      },
      Math.max(0, timeoutMs),
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function describe(last: unknown, timeoutMs: number): Error {
  const error = last instanceof Error ? last : new Error(String(last));
  error.message = `${error.message} (not within ${String(timeoutMs)} ms)`;
  return error;
}
