/** How a dependency is, without a word of its driver: hosts and statements stay inside. */
export type HealthState = 'up' | 'degraded' | 'down';

/** Why a state is not `up`; `reported` = the check itself said so. A closed set: no text of a driver gets out. */
export type HealthReason =
  | 'pending'
  | 'failed'
  | 'timeout'
  | 'reported'
  | 'recovering'
  | 'stale'
  | 'saturated'
  | 'slow'
  | 'contended'
  | 'read-only'
  | 'missing'
  | 'forbidden'
  | 'outdated'
  | 'long-transaction'
  | 'evicting'
  | 'memory'
  | 'reconnecting'
  | 'errors'
  | 'capacity'
  | 'blocked'
  | 'files'
  | 'disk-full'
  | 'stuck';

/** Whose fault it is: `local` = of this instance alone, `shared` = peers see it too, `unknown` = no peer tells. */
export type HealthScope = 'local' | 'shared' | 'unknown';

/** Measured values beside a state; units are in the names. */
export type HealthFacts = Readonly<Record<string, number | boolean | string>>;

/** What a check found. */
export interface HealthReport {
  readonly state: HealthState;
  readonly reason?: HealthReason;
  readonly facts?: HealthFacts;
}

/** What the last samples of one check say. */
export interface HealthSnapshot extends HealthReport {
  /** Duration of the last sample, in ms. */
  readonly latencyMs: number;
  /** When the last sample ended, ISO 8601; absent before the first one. */
  readonly observedAt?: string;
  readonly consecutiveFailures: number;
}

/** Asks a dependency how it is. A rejection counts as down, as does no answer within the timeout. */
export type HealthCheckFn = () => Promise<HealthReport | HealthState>;

export interface HealthCheckOptions {
  /** Time between two samples, ±20 %, in ms; by default 5,000. */
  readonly intervalMs?: number;
  /** Time a sample may take, in ms; by default that of the environment. */
  readonly timeoutMs?: number;
  /**
   * Whose the resource is. A `shared` one (the default) that is down takes this instance out of traffic only if its
   * peers can still use it; an `own` one that is down does so always.
   */
  readonly resource?: 'own' | 'shared';
}

/** A check that changed its state. */
export interface HealthTransition {
  readonly check: string;
  readonly from: HealthState;
  readonly to: HealthState;
  /** Null while the check is up. */
  readonly reason: HealthReason | null;
  readonly scope: HealthScope;
  /** ISO 8601. */
  readonly at: string;
}
