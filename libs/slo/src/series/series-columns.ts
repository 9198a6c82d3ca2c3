import type { Bucket, Counts } from './counts.js';

/** Numbers of one bucket: its time and three sums. */
const BYTES_PER_BUCKET = 4 * Float64Array.BYTES_PER_ELEMENT;

/**
 * Buckets by time in typed arrays: their times, and the sums of all before each and of all together. 32 bytes a bucket, a
 * third of what objects take, and a tail that did not change is copied as a block.
 */
export class SeriesColumns {
  private times: Float64Array;
  private good: Float64Array;
  private bad: Float64Array;
  private excluded: Float64Array;
  private size = 0;

  /** @param capacity how many buckets it can take */
  constructor(capacity: number) {
    this.times = new Float64Array(capacity);
    this.good = new Float64Array(capacity + 1);
    this.bad = new Float64Array(capacity + 1);
    this.excluded = new Float64Array(capacity + 1);
  }

  get length(): number {
    return this.size;
  }

  get bytes(): number {
    return (this.times.length + 1) * BYTES_PER_BUCKET;
  }

  timeAt(index: number): number {
    return this.times[index] ?? Infinity;
  }

  /** Index of the first bucket that does not begin before `time`. */
  indexOf(time: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.times[middle] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Counts of the buckets from `first` on and before `end`. */
  between(first: number, end: number): Counts {
    return {
      good: (this.good[end] ?? 0) - (this.good[first] ?? 0),
      bad: (this.bad[end] ?? 0) - (this.bad[first] ?? 0),
      excluded: (this.excluded[end] ?? 0) - (this.excluded[first] ?? 0),
    };
  }

  /** Adds a bucket that begins after all others. */
  push({ t, good, bad, excluded }: Bucket): void {
    const at = this.size;
    this.times[at] = t;
    this.good[at + 1] = (this.good[at] ?? 0) + good;
    this.bad[at + 1] = (this.bad[at] ?? 0) + bad;
    this.excluded[at + 1] = (this.excluded[at] ?? 0) + excluded;
    this.size += 1;
  }

  /** Adds buckets of `other` that begin after all others. */
  append(other: SeriesColumns, first: number, end: number): void {
    this.times.set(other.times.subarray(first, end), this.size);
    copySums(other.good.subarray(first, end + 1), this.good, this.size);
    copySums(other.bad.subarray(first, end + 1), this.bad, this.size);
    copySums(other.excluded.subarray(first, end + 1), this.excluded, this.size);
    this.size += end - first;
  }

  /** With little more room than it needs: a tenth is not worth a copy. */
  trimmed(): this {
    if (this.size >= this.times.length * 0.9) return this;
    this.times = this.times.slice(0, this.size);
    this.good = this.good.slice(0, this.size + 1);
    this.bad = this.bad.slice(0, this.size + 1);
    this.excluded = this.excluded.slice(0, this.size + 1);
    return this;
  }
}

/** Copies sums so that they go on from the last one in `to`; `from` begins with the sum before them. */
function copySums(from: Float64Array, to: Float64Array, at: number): void {
  const offset = (to[at] ?? 0) - (from[0] ?? 0);
  if (offset === 0) {
    to.set(from, at);
    return;
  }
  for (let index = 1; index < from.length; index += 1) to[at + index] = (from[index] ?? 0) + offset;
}
