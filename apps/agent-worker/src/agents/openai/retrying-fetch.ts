import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@holdfast/contracts';
import { retryAfterMs } from './retry-after.js';

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number;
  /** First wait, in ms; doubles with each try and is jittered. */
  readonly baseMs: number;
  /** Longest single wait, in ms. An endpoint that asks for a longer one is not asked again. */
  readonly maxWaitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, baseMs: 500, maxWaitMs: 10_000 };

const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** The wait before the next try, or undefined if there should be none. */
function waitFor(response: Response | undefined, attempt: number, policy: RetryPolicy): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  const asked = retryAfterMs(response?.headers.get('retry-after'), Date.now());
  if (asked !== undefined) return asked <= policy.maxWaitMs ? asked : undefined;
  const ceiling = Math.min(policy.maxWaitMs, policy.baseMs * 2 ** (attempt - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/**
 * A `fetch` that tries again while no byte of an answer was used: on refusal of the connection and on statuses that mean
 * "later". `Retry-After` is honoured within bounds. Redirects are refused, since the key must not follow one.
 * @throws AppError `agent_unavailable` if no try got an answer.
 */
export function retryingFetch(policy: RetryPolicy = DEFAULT_RETRY): typeof fetch {
  return async (input, init) => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await tryOnce(input, { ...init, redirect: 'error' });
      if (outcome.response !== undefined && !RETRYABLE_STATUS.has(outcome.response.status)) return outcome.response;
      init?.signal?.throwIfAborted();
      const wait = waitFor(outcome.response, attempt, policy);
      if (wait === undefined) {
        if (outcome.response !== undefined) return outcome.response;
        const message = "The agent's provider cannot be reached. Please try again in a moment.";
        throw new AppError('agent_unavailable', message, { cause: outcome.error });
      }
      await outcome.response?.body?.cancel();
      await sleep(wait, undefined, init?.signal ? { signal: init.signal } : {});
    }
  };
}

type Outcome = { response: Response; error?: never } | { response?: never; error: unknown };

async function tryOnce(input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Outcome> {
  try {
    return { response: await fetch(input, init) };
  } catch (error) {
    return { error };
  }
}
