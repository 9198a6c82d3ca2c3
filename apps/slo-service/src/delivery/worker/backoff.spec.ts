import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs } from './backoff.js';

const BOUNDS = { firstMs: 1_000, maxMs: 300_000 };

describe('the backoff', () => {
  it('doubles from the first to the longest wait', () => {
    const longest = [1, 2, 3, 8, 9, 10, 400].map((attempt) => backoffMs(attempt, BOUNDS, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000]);
  });

  it('leaves half of it to chance', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
        const longest = backoffMs(attempt, BOUNDS, () => 1);
        const wait = backoffMs(attempt, BOUNDS, () => chance);
        expect(wait).toBeGreaterThanOrEqual(longest / 2);
        expect(wait).toBeLessThanOrEqual(longest);
      }),
    );
  });
});
