import { describe, expect, it } from '@jest/globals';
import { capacity, errors, outbound, performanceOf } from './websocket-reports.js';

describe('the checks of the sockets', () => {
  it('take no more clients at 95 % of the capacity, and again below 85 %', () => {
    expect(capacity(80, 100, false)).toMatchObject({ state: 'up' });
    expect(capacity(94, 100, false)).toMatchObject({ state: 'degraded' });
    expect(capacity(95, 100, false)).toMatchObject({ state: 'down', reason: 'capacity' });
    expect(capacity(90, 100, true)).toMatchObject({ state: 'down' });
    expect(capacity(84, 100, true)).toMatchObject({ state: 'up' });
  });

  it('judge errors only on a sample that says something', () => {
    expect(errors({ total: 0, failed: 0, p95Ms: 0 })).toMatchObject({ state: 'up', facts: { enough: false } });
    expect(errors({ total: 49, failed: 49, p95Ms: 0 })).toMatchObject({ state: 'up' });
    expect(errors({ total: 100, failed: 1, p95Ms: 0 })).toMatchObject({ state: 'degraded', reason: 'errors' });
    expect(errors({ total: 100, failed: 25, p95Ms: 0 })).toMatchObject({ state: 'down' });
  });

  it('name slowness and waiting output', () => {
    expect(performanceOf({ total: 100, failed: 0, p95Ms: 1_000 })).toMatchObject({ state: 'up' });
    expect(performanceOf({ total: 100, failed: 0, p95Ms: Infinity })).toMatchObject({
      state: 'degraded',
      facts: { p95Ms: 'above 5000' },
    });
    expect(outbound(200 * 1_024 * 1_024)).toMatchObject({ state: 'degraded', reason: 'memory' });
  });
});
