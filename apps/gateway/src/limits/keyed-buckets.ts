import { LRUCache } from 'lru-cache';
import { TokenBucket, type BucketOptions, type MonotonicClock } from './token-bucket.js';

/** Keys held at once. The one idle longest is forgotten first, which at worst gives it a full bucket again. */
const MAX_KEYS = 50_000;

/** One {@link TokenBucket} per key. */
export class KeyedBuckets {
  private readonly buckets = new LRUCache<string, TokenBucket>({ max: MAX_KEYS });

  constructor(
    private readonly options: BucketOptions,
    private readonly now: MonotonicClock = () => performance.now(),
  ) {}

  /** As {@link TokenBucket.take}, of the bucket of `key`. */
  take(key: string, cost = 1): number {
    const bucket = this.buckets.get(key) ?? new TokenBucket(this.options, this.now);
    this.buckets.set(key, bucket);
    return bucket.take(cost);
  }
}
