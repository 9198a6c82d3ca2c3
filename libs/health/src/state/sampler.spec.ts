import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { HealthCheckFn } from './health-state.js';
import { Sampler } from './sampler.js';

describe('a sampler', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function sampling(check: HealthCheckFn) {
    const asked = jest.fn(check);
    const sampler = new Sampler({ check: asked, intervalMs: 5_000, timeoutMs: 3_000, onSample: () => undefined });
    sampler.start();
    return { asked, sampler };
  }

  it('asks at once and then about every interval', async () => {
    const { asked, sampler } = sampling(() => Promise.resolve('up'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(10);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(17);
    expect(sampler.snapshot()).toMatchObject({ state: 'up', consecutiveFailures: 0 });
  });

  it('confirms a failure within seconds', async () => {
    const { sampler } = sampling(() => Promise.reject(new Error('refused')));
    await jest.advanceTimersByTimeAsync(3_000);
    expect(sampler.snapshot()).toMatchObject({ state: 'down', reason: 'failed' });
  });

  it('counts no answer as down, and does not ask again before it got one', async () => {
    let answer: (state: 'up') => void = () => undefined;
    const { asked, sampler } = sampling(() => new Promise((resolve) => (answer = resolve)));
    await jest.advanceTimersByTimeAsync(20_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(sampler.snapshot()).toMatchObject({ state: 'down', reason: 'timeout' });
    answer('up');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(asked.mock.calls.length).toBeGreaterThan(1);
  });

  it('does not vouch for an old sample', async () => {
    const { sampler } = sampling(() => Promise.resolve('up'));
    await jest.advanceTimersByTimeAsync(10);
    sampler.stop();
    jest.setSystemTime(Date.now() + 60_000);
    expect(sampler.snapshot()).toMatchObject({ state: 'degraded', reason: 'stale' });
  });

  it('asks no more after it was stopped', async () => {
    const { asked, sampler } = sampling(() => Promise.resolve('up'));
    await jest.advanceTimersByTimeAsync(10);
    sampler.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
