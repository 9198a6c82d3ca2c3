import type { Config } from '@holdfast/config';

/** Injection token of {@link HealthSettings}. */
export const HEALTH_SETTINGS = Symbol('HEALTH_SETTINGS');

/** The part of the configuration that health needs. */
export type HealthConfig = Pick<Config['service'], 'opsFromLoopback' | 'healthTimeoutMs' | 'opsToken'>;

export interface HealthSettings {
  /** Time a sample may take, in ms. */
  readonly timeoutMs: number;
  /** Bearer token that opens the details of GET /health; without one nobody but loopback sees them. */
  readonly token: string | undefined;
  /** Whether loopback sees the details without a token. */
  readonly opensToLoopback: boolean;
}

export function healthSettings({ opsFromLoopback, healthTimeoutMs, opsToken }: HealthConfig): HealthSettings {
  return { timeoutMs: healthTimeoutMs, token: opsToken, opensToLoopback: opsFromLoopback };
}
