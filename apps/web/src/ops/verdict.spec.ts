import { describe, expect, it } from '@jest/globals';
import type { SystemStatus } from './use-system-status.js';
import { verdictOf, worstFirst } from './verdict.js';

const instance = (
  app: 'gateway' | 'agent-worker' | 'slo-service',
  more: object = {},
): SystemStatus['instances'][number] => ({
  instanceId: `${app}-1`,
  app,
  version: '1.0.0',
  state: 'ready',
  startedAt: '2030-01-01T00:00:00.000Z',
  ageMs: 1_000,
  connections: 0,
  loopLagMs: 10,
  ...more,
});

const healthy: SystemStatus = {
  version: '1.0.0',
  at: '2030-01-01T01:00:00.000Z',
  registry: 'available',
  instances: [instance('gateway'), instance('agent-worker')],
  sloService: { app: 'slo-service', instanceId: 's', version: '1.0.0', startedAt: '2030-01-01T00:00:00.000Z' },
};

describe('verdictOf', () => {
  const cases: [string, SystemStatus | null, string, string][] = [
    ['all is well', healthy, 'good', 'All 2 instances ready'],
    ['nothing was told yet', null, 'unknown', 'Asking the gateway'],
    [
      'Redis is away',
      { ...healthy, registry: 'unavailable', instances: [] },
      'warning',
      'Redis does not answer: chat goes on more slowly, and the instances are not known.',
    ],
    [
      'a heartbeat is missing',
      { ...healthy, instances: [instance('gateway', { ageMs: 30_000 }), instance('agent-worker')] },
      'critical',
      'gateway-1: no heartbeat.',
    ],
    [
      'no worker runs',
      { ...healthy, instances: [instance('gateway')] },
      'critical',
      'No agent-worker runs: messages are kept, agents do not answer.',
    ],
    [
      'an instance drains',
      { ...healthy, instances: [instance('gateway', { state: 'draining' }), instance('agent-worker')] },
      'warning',
      'gateway-1: draining.',
    ],
  ];

  it.each(cases)('tells when %s', (_, status, tone, text) => {
    expect(verdictOf(status, null)).toEqual({ tone, text });
  });

  it('tells that the gateway did not answer rather than the last known state', () => {
    expect(verdictOf(healthy, 'The server did not answer').tone).toBe('critical');
  });
});

describe('worstFirst', () => {
  it('puts silent instances before slow, draining and ready ones', () => {
    const all = [
      instance('gateway', { instanceId: 'fine' }),
      instance('gateway', { instanceId: 'leaving', state: 'draining' }),
      instance('gateway', { instanceId: 'slow', loopLagMs: 500 }),
      instance('gateway', { instanceId: 'silent', ageMs: 60_000 }),
    ];
    expect(worstFirst(all).map(({ instanceId }) => instanceId)).toEqual(['silent', 'slow', 'leaving', 'fine']);
  });
});
