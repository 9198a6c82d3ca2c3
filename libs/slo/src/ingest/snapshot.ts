import { DAY, MINUTE, SECOND } from '../time.js';

/**
 * Counts of a bucket as a producer states them: absolute since the bucket began, never an increment. Either bad or the
 * total goes with good.
 */
export type CountsClaim =
  | { readonly good: number; readonly bad: number; readonly excluded: number }
  | { readonly good: number; readonly total: number; readonly excluded: number };

export type SnapshotBucket = CountsClaim & {
  readonly slo: string;
  readonly dims: Readonly<Record<string, string>>;
  /** Beginning, ms since the Unix epoch: a multiple of the width. */
  readonly t: number;
  /** One of {@link BUCKET_WIDTHS}. A wider bucket carries all of its span and replaces the producer's finer ones. */
  readonly widthMs: number;
};

/** What a producer sends; sent again unchanged but for `sentAt` until it is acknowledged. */
export interface Snapshot {
  readonly region: string;
  readonly source: string;
  /** One life of the producer: a new one begins every count at 0. */
  readonly epoch: string;
  /** Raised by every new snapshot of the epoch. */
  readonly seq: number;
  /** The producer's clock at this very try, ms since the Unix epoch. */
  readonly sentAt: number;
  /** Whether the epoch ends with it: nothing of it is missing. */
  readonly isLast: boolean;
  /** Ids of the SLOs that the producer measures, whether or not anything happened: its silence about them means nothing. */
  readonly measures: readonly string[];
  readonly buckets: readonly SnapshotBucket[];
}

/** Widths in ms, each a multiple of the one before: a full producer coarsens rather than drops. */
export const BUCKET_WIDTHS: readonly number[] = [10 * SECOND, MINUTE, 10 * MINUTE];

/** Bounds of what is admitted. Times in ms. */
export const INGEST_LIMITS = {
  maxBuckets: 10_000,
  maxMeasures: 100,
  maxDims: 8,
  maxDimLength: 64,
  /** Different (SLO, dims) of one source. */
  maxSeriesPerSource: 500,
  /** Most that a producer's clock may be off, either way, and a bucket begin in the future. */
  maxSkewMs: 2 * MINUTE,
  /** Older buckets are frozen: their sources are gone, so that they cannot be merged any more. */
  maxAgeMs: 3 * DAY,
} as const;

/** What may be wrong with a snapshot or a bucket, and what is done about it. Each is counted. */
export const INGEST_CODES = {
  too_large: { scope: 'snapshot', effect: 'refused', meaning: 'more buckets or SLOs than a snapshot may have' },
  bad_header: { scope: 'snapshot', effect: 'refused', meaning: 'a name is empty or too long, or a number is none' },
  clock_skew: { scope: 'snapshot', effect: 'refused', meaning: "the producer's clock is off; the answer says how far" },
  epoch_ended: { scope: 'snapshot', effect: 'refused', meaning: 'newer than the last snapshot of an epoch that ended' },
  unknown_slo: { scope: 'bucket', effect: 'refused', meaning: 'no such SLO' },
  bad_dims: { scope: 'bucket', effect: 'refused', meaning: 'too many dimensions, or a name or value too long' },
  too_many_series: { scope: 'bucket', effect: 'refused', meaning: 'more different dimensions than a source may have' },
  misaligned: {
    scope: 'bucket',
    effect: 'refused',
    meaning: 'no known width, or a beginning that is no multiple of it',
  },
  from_future: { scope: 'bucket', effect: 'refused', meaning: 'begins later than a clock may be off' },
  too_old: { scope: 'bucket', effect: 'refused', meaning: 'its span is frozen' },
  bad_count: { scope: 'bucket', effect: 'refused', meaning: 'a count is no whole number from 0 on' },
  good_above_total: { scope: 'bucket', effect: 'clamped', meaning: 'good was taken to be the total' },
} as const;

export type IngestCode = keyof typeof INGEST_CODES;
