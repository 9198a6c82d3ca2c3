import { addCounts, type Bucket, type Counts } from './counts.js';
import { SeriesColumns } from './series-columns.js';

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
  private constructor(private readonly columns: SeriesColumns) {}

  /** In any order; buckets of the same time (of several producers) are added up. */
  static of(buckets: Iterable<Bucket>): CountSeries {
    return new CountSeries(new SeriesColumns(0)).replace([], buckets);
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.columns.bytes;
  }

  /** How many buckets it has. */
  get size(): number {
    return this.columns.length;
  }

  sum({ from, to }: Span): Counts {
    const first = this.columns.indexOf(from);
    return this.columns.between(first, Math.max(first, this.columns.indexOf(to)));
  }

  /** The series as if nothing had happened in the spans: how corrections drop events. */
  without(spans: readonly Span[]): CountSeries {
    return spans.length === 0 ? this : this.replace(spans, []);
  }

  /** The series with `buckets`, in any order, in place of whatever began in the spans. */
  replace(spans: readonly Span[], buckets: Iterable<Bucket>): CountSeries {
    const added = sorted(buckets);
    const joined = new SeriesColumns(this.columns.length + added.length);
    let next = 0;
    const addUpTo = (time: number) => {
      for (let bucket = added[next]; bucket !== undefined && bucket.t < time; bucket = added[++next]) {
        joined.push(bucket);
      }
    };
    for (const { first, end } of kept(this.columns, spans)) {
      // What lies between two new buckets is copied as a whole.
      for (let index = first; index < end;) {
        addUpTo(this.columns.timeAt(index));
        const bucket = added[next];
        const to = bucket === undefined ? end : Math.min(end, this.columns.indexOf(bucket.t));
        if (to > index) joined.append(this.columns, index, to);
        else if (bucket !== undefined) {
          joined.push({ t: bucket.t, ...addCounts(bucket, this.columns.between(index, index + 1)) });
          next += 1;
        }
        index = Math.max(to, index + 1);
      }
    }
    addUpTo(Infinity);
    return new CountSeries(joined.trimmed());
  }
}

/** By time; those of the same time are one. */
function sorted(buckets: Iterable<Bucket>): Bucket[] {
  const all: Bucket[] = [];
  for (const bucket of [...buckets].sort((a, b) => a.t - b.t)) {
    const last = all.at(-1);
    if (last?.t === bucket.t) all[all.length - 1] = { t: bucket.t, ...addCounts(last, bucket) };
    else all.push(bucket);
  }
  return all;
}

/** The ranges of buckets that begin in none of the spans. */
function* kept(columns: SeriesColumns, spans: readonly Span[]): Generator<{ first: number; end: number }> {
  let first = 0;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const end = columns.indexOf(from);
    if (end > first) yield { first, end };
    first = Math.max(first, end, columns.indexOf(to));
  }
  if (columns.length > first) yield { first, end: columns.length };
}
