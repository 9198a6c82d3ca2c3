import type { HealthReport } from './health-state.js';

/** Failures in a row after which a check counts as down. */
export const DOWN_AFTER = 3;

/** Successes in a row after which a check that was down counts as up. */
const UP_AFTER = 2;

/** The state of a check and what counts towards the next one. */
export interface Streak extends HealthReport {
  readonly failures: number;
  readonly successes: number;
}

/** Before the first sample. */
export const PENDING: Streak = { state: 'degraded', reason: 'pending', failures: 0, successes: 0 };

/**
 * One sample more: the first failure degrades, the third in a row means down; from down, one success is not believed
 * yet, the second in a row means up.
 */
export function foldSample(before: Streak, sample: HealthReport): Streak {
  const reason = sample.reason ?? 'reported';
  const facts = sample.facts && { facts: sample.facts };
  if (sample.state === 'down') {
    const failures = before.failures + 1;
    return { state: failures >= DOWN_AFTER ? 'down' : 'degraded', reason, failures, successes: 0, ...facts };
  }
  const successes = before.successes + 1;
  if (before.failures >= DOWN_AFTER && successes < UP_AFTER) {
    return { state: 'degraded', reason: 'recovering', failures: before.failures, successes, ...facts };
  }
  if (sample.state === 'degraded') return { state: 'degraded', reason, failures: 0, successes, ...facts };
  return { state: 'up', failures: 0, successes, ...facts };
}
