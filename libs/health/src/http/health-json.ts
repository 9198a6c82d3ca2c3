import type { ProbeAnswer } from './probe.service.js';

/** Media type of the draft "Health Check Response Format for HTTP APIs" (draft-inadarei-api-health-check-06). */
export const HEALTH_JSON = 'application/health+json';

const STATUS: Readonly<Record<string, 'pass' | 'warn' | 'fail'>> = {
  ok: 'pass',
  up: 'pass',
  degraded: 'warn',
  error: 'fail',
  down: 'fail',
  shutting_down: 'fail',
};

/** The report in the words of the draft. */
export function toHealthJson({ report: { status, details, failOpen } }: ProbeAnswer): object {
  const checks = Object.entries(details).map(([name, { status: state, observedAt, latencyMs, ...facts }]) => [
    name,
    [
      {
        status: STATUS[state],
        time: observedAt as unknown,
        observedValue: latencyMs as unknown,
        observedUnit: 'ms',
        ...facts,
      },
    ],
  ]);
  return {
    status: STATUS[status],
    ...(failOpen && { notes: ['fail-open'] }),
    ...(checks.length > 0 && { checks: Object.fromEntries(checks) as unknown }),
  };
}
