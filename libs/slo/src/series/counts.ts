/** What happened in a span of time, in units of the SLO. All are whole numbers from 0 on. */
export interface Counts {
  readonly good: number;
  readonly bad: number;
  /** Seen, but by definition neither good nor bad; no part of any total. */
  readonly excluded: number;
}

/** Counts of the span that begins at `t` (ms since the Unix epoch). */
export interface Bucket extends Counts {
  readonly t: number;
}

export const NO_COUNTS: Counts = { good: 0, bad: 0, excluded: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { good: a.good + b.good, bad: a.bad + b.bad, excluded: a.excluded + b.excluded };
}

/** What an SLO judges: good and bad. */
export function totalOf({ good, bad }: Counts): number {
  return good + bad;
}

/** The bad part of all, or null if nothing happened: no data is neither good nor bad. */
export function errorRatio(counts: Counts): number | null {
  const total = totalOf(counts);
  return total === 0 ? null : counts.bad / total;
}
