import { addCounts, type Bucket, type Counts } from './counts.js';

/** A span of time in ms since the Unix epoch: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The last `lengthMs` before `asOf`. */
export function windowBefore(asOf: number, lengthMs: number): Span {
  return { from: asOf - lengthMs, to: asOf };
}

/**
 * Counts over time that answer the sum of any window in logarithmic time.
 *
 * A bucket belongs, whole, to the windows that contain its beginning: adjoining windows never share a bucket nor lose
 * one, and sums stay whole numbers. Whoever mixes widths gives finer buckets where a window begins.
 */
export class CountSeries {
  readonly #times: Float64Array;
  readonly #good: Float64Array;
  readonly #bad: Float64Array;
  readonly #excluded: Float64Array;

  private constructor(private readonly sorted: readonly Bucket[]) {
    const size = sorted.length + 1;
    this.#times = Float64Array.from(sorted, ({ t }) => t);
    this.#good = new Float64Array(size);
    this.#bad = new Float64Array(size);
    this.#excluded = new Float64Array(size);
    sorted.forEach(({ good, bad, excluded }, index) => {
      this.#good[index + 1] = (this.#good[index] ?? 0) + good;
      this.#bad[index + 1] = (this.#bad[index] ?? 0) + bad;
      this.#excluded[index + 1] = (this.#excluded[index] ?? 0) + excluded;
    });
  }

  /** In any order; buckets of the same time (of several producers) are added up. */
  static of(buckets: Iterable<Bucket>): CountSeries {
    const sorted: Bucket[] = [];
    for (const bucket of [...buckets].sort((a, b) => a.t - b.t)) {
      const last = sorted.at(-1);
      if (last?.t === bucket.t) sorted[sorted.length - 1] = { t: bucket.t, ...addCounts(last, bucket) };
      else sorted.push(bucket);
    }
    return new CountSeries(sorted);
  }

  sum({ from, to }: Span): Counts {
    const first = this.#indexOf(from);
    const end = Math.max(first, this.#indexOf(to));
    return {
      good: (this.#good[end] ?? 0) - (this.#good[first] ?? 0),
      bad: (this.#bad[end] ?? 0) - (this.#bad[first] ?? 0),
      excluded: (this.#excluded[end] ?? 0) - (this.#excluded[first] ?? 0),
    };
  }

  /** The series as if nothing had happened in the spans: how corrections drop events. */
  without(spans: readonly Span[]): CountSeries {
    if (spans.length === 0) return this;
    return new CountSeries(this.sorted.filter(({ t }) => !spans.some(({ from, to }) => t >= from && t < to)));
  }

  /** Index of the first bucket that does not begin before `time`. */
  #indexOf(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
