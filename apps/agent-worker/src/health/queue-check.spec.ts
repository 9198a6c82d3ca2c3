import { describe, expect, it } from '@jest/globals';
import { queueReport } from './queue-check.js';

describe('queueReport', () => {
  const idle = { waiting: 0, active: 0, stalled: 0, oldest_s: 0 };

  it('calls waiting runs with nobody at work a fault, and busy workers merely slow', () => {
    expect(queueReport(idle)).toMatchObject({ state: 'up' });
    expect(queueReport({ ...idle, waiting: 1, oldest_s: 31 })).toMatchObject({ state: 'down', reason: 'stuck' });
    expect(queueReport({ ...idle, waiting: 9, active: 4, oldest_s: 31 })).toMatchObject({
      state: 'degraded',
      reason: 'slow',
    });
  });

  it('names runs whose worker has gone', () => {
    expect(queueReport({ ...idle, active: 1, stalled: 1 })).toMatchObject({ state: 'degraded', reason: 'stuck' });
  });
});
