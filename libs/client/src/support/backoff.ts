/** A growing pause between tries. */
export interface BackoffPolicy {
  /** Ceiling of the first pause, ms. */
  readonly firstMs: number;
  /** What the ceiling starts growing from, doubled with each try, ms. */
  readonly baseMs: number;
  /** Ceiling of every pause, ms. */
  readonly maxMs: number;
}

/** Reconnecting: the first try within 2 s, then 1, 2, 4 … 30 s at most. */
export const RECONNECT_BACKOFF: BackoffPolicy = { firstMs: 2_000, baseMs: 500, maxMs: 30_000 };

/** Sending again: 1, 2, 4 … 60 s at most. */
export const RESEND_BACKOFF: BackoffPolicy = { firstMs: 1_000, baseMs: 500, maxMs: 60_000 };

/** Reporting faults: 5, 10, 20 … 300 s at most. */
export const REPORT_BACKOFF: BackoffPolicy = { firstMs: 5_000, baseMs: 2_500, maxMs: 300_000 };

const FLOOR_MS = 100;

/**
 * Full jitter: a uniform pause between 100 ms and the ceiling of this try, so that many clients that lost the same
 * server return spread out. `attempt` starts at 1; `random` gives [0, 1).
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: () => number): number {
  const ceiling = attempt <= 1 ? policy.firstMs : Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(FLOOR_MS + random() * (ceiling - FLOOR_MS));
}
