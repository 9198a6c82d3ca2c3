import { describe, expect, it } from '@jest/globals';
import { KeyedBuckets } from './keyed-buckets.js';
import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  it('admits the burst at once, then the rate, and tells how long to wait', () => {
    let now = 0;
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, () => now);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 0]);
    expect(bucket.take()).toBe(500);
    now += 499;
    expect(bucket.take()).toBeGreaterThan(0);
    now += 1;
    expect(bucket.take()).toBe(0);
    expect(bucket.take()).toBe(500);
  });

  it('takes all of a cost or nothing', () => {
    let now = 0;
    const bucket = new TokenBucket({ perSecond: 1, burst: 10 }, () => now);
    expect(bucket.take(8)).toBe(0);
    expect(bucket.take(5)).toBe(3_000);
    expect(bucket.take(2)).toBe(0);
    now += 5_000;
    expect(bucket.take(5)).toBe(0);
  });

  it('lets a cost above the burst through once it is full', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 5 }, () => 0);
    expect(bucket.take(50)).toBe(0);
    expect(bucket.take(50)).toBe(5_000);
  });
});

it('keeps the buckets of keys apart', () => {
  const buckets = new KeyedBuckets({ perSecond: 1, burst: 1 }, () => 0);
  expect([buckets.take('a'), buckets.take('a'), buckets.take('b')]).toEqual([0, 1_000, 0]);
});
