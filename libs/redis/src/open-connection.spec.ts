import { describe, expect, it } from '@jest/globals';
import { retryDelay } from './open-connection.js';

describe('retryDelay', () => {
  it('goes on for ever, grows, and never exceeds a second', () => {
    for (const times of [1, 2, 5, 10, 100, 1e6]) {
      const delay = retryDelay(times);
      expect(delay).toBeGreaterThan(0);
      expect(delay).toBeLessThanOrEqual(1_000);
    }
    expect(retryDelay(1)).toBeLessThan(retryDelay(20));
  });
});
