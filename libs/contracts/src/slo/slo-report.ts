import * as z from 'zod/mini';

const Name = z.string().check(z.minLength(1), z.maxLength(64));
const Dims = z.record(z.string().check(z.maxLength(64)), z.string().check(z.maxLength(64)));

/**
 * Absolute counts of one bucket. Bounds and meaning of the numbers are judged by the service bucket by bucket, so that a
 * single bad one takes nothing else with it.
 */
const SloBucket = z.object({
  slo: z.string(),
  dims: Dims,
  /** Beginning, ms since the Unix epoch. */
  t: z.number(),
  widthMs: z.number(),
  good: z.number(),
  /** Either bad or total goes with good. */
  bad: z.optional(z.number()),
  total: z.optional(z.number()),
  excluded: z.number(),
});

/** What a producer of measurements reports: a snapshot of absolute counts, sent again until it is acknowledged. */
export const SloReport = z.object({
  region: Name,
  /** The producing instance. */
  source: Name,
  /** One life of the producer. */
  epoch: Name,
  seq: z.int().check(z.gte(0)),
  /** The producer's clock at this try, ms since the Unix epoch. */
  sentAt: z.number(),
  isLast: z.boolean(),
  measures: z.array(Name).check(z.maxLength(100)),
  buckets: z.array(SloBucket).check(z.maxLength(10_000)),
});
export type SloReport = z.infer<typeof SloReport>;

/** The answer: everything that was admitted is committed. */
export const SloReportReceipt = z.object({
  /** The producer's clock minus the service's, in ms. */
  skewMs: z.number(),
  /** How many buckets, or the whole report (1), were refused or clamped, by code. */
  refused: z.record(z.string(), z.number()),
});
export type SloReportReceipt = z.infer<typeof SloReportReceipt>;
