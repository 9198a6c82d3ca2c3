import type { HealthReport } from '@holdfast/health';
import { sqlState } from '../pool/pg-errors.js';
import { StandbyError } from '../pool/standby-error.js';

type Reason = NonNullable<HealthReport['reason']>;

/** What a SQLSTATE says about a check; everything else is `failed`. */
const REASONS: Readonly<Record<string, Reason>> = {
  '25006': 'read-only',
  '42501': 'forbidden',
  '42P01': 'missing',
  '3F000': 'missing',
  '57014': 'timeout',
  '53100': 'disk-full',
};

/** Runs a check; a fault that the server explains becomes its reason. A lock that somebody holds is no fault. */
export async function explained(check: () => Promise<HealthReport>): Promise<HealthReport> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof StandbyError) return { state: 'down', reason: 'read-only', facts: { standby: true } };
    const state = sqlState(error) ?? '';
    if (state === '55P03') return { state: 'degraded', reason: 'contended' };
    return { state: 'down', reason: REASONS[state] ?? 'failed' };
  }
}
