/** How a dependency is, without a word of its driver: hosts and statements stay inside. */
export type HealthState = 'up' | 'degraded' | 'down';

/** Why a state is not `up`; `reported` = the check itself said so. */
export type HealthReason = 'pending' | 'failed' | 'timeout' | 'reported' | 'recovering' | 'stale';

/** What the last samples of one check say. */
export interface HealthSnapshot {
  readonly state: HealthState;
  readonly reason?: HealthReason;
  /** Duration of the last sample, in ms. */
  readonly latencyMs: number;
  /** When the last sample ended, ISO 8601; absent before the first one. */
  readonly observedAt?: string;
  readonly consecutiveFailures: number;
}

/** Asks a dependency how it is. A rejection counts as down, as does no answer within the timeout. */
export type HealthCheckFn = () => Promise<HealthState>;

export interface HealthCheckOptions {
  /** Time between two samples, ±20 %, in ms. */
  readonly intervalMs?: number;
  /** Time a sample may take, in ms. */
  readonly timeoutMs?: number;
}
