import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { binomialUpperTail } from './binomial-tail.js';
import { normalUpperTail } from './normal.js';

/** The tail by exact integers: p = a / b. */
function exactTail(k: number, n: number, a: bigint, b: bigint): number {
  let ways = 1n;
  let sum = 0n;
  for (let i = 0; i <= n; i += 1) {
    if (i >= k) sum += ways * a ** BigInt(i) * (b - a) ** BigInt(n - i);
    ways = (ways * BigInt(n - i)) / BigInt(i + 1);
  }
  const scale = 10n ** 30n;
  return Number((sum * scale) / b ** BigInt(n)) / 1e30;
}

describe('binomialUpperTail', () => {
  it('is what exact arithmetic says', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 99 }), (k, n, percent) => {
        const expected = exactTail(k, n, BigInt(percent), 100n);
        const tail = binomialUpperTail(k, n, percent / 100);
        expect(Math.abs(tail - expected)).toBeLessThanOrEqual(expected * 1e-8 + 1e-12);
      }),
      { numRuns: 500 },
    );
  });

  it('falls with k and rises with p, and stays a probability', () => {
    const ks = fc.integer({ min: 1, max: 5_000 });
    fc.assert(
      fc.property(ks, ks, fc.integer({ min: 1, max: 998 }), (k, extra, mille) => {
        const n = k + extra;
        const tail = binomialUpperTail(k, n, mille / 1_000);
        expect(tail).toBeGreaterThanOrEqual(0);
        expect(tail).toBeLessThanOrEqual(1);
        expect(binomialUpperTail(k + 1, n, mille / 1_000)).toBeLessThanOrEqual(tail + 1e-9);
        expect(binomialUpperTail(k, n, (mille + 1) / 1_000)).toBeGreaterThanOrEqual(tail - 1e-9);
      }),
    );
  });

  it('goes over into the normal one without a step', () => {
    const n = 1.2e9;
    const at = (p: number) => binomialUpperTail(Math.round(n * p + 3.7 * Math.sqrt(n * p * (1 - p))), n, p);
    expect(at(0.0919) / at(0.0921)).toBeCloseTo(1, 1);
    expect(n * 0.0919 * 0.9081).toBeGreaterThan(1e8);
    expect(
      binomialUpperTail(1_003_700, 1e7, 0.1) / normalUpperTail((1_003_700 - 0.5 - 1e6) / Math.sqrt(9e5)),
    ).toBeCloseTo(1, 0);
  });
});

describe('normalUpperTail', () => {
  it.each([
    [0, 0.5],
    [1.959963985, 0.025],
    [-1, 0.8413447461],
    [3.719016485, 1e-4],
  ])('of %d', (z, expected) => {
    expect(Math.abs(normalUpperTail(z) / expected - 1)).toBeLessThan(1e-6);
  });
});
