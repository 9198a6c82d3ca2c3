import { burnRate } from '../burn/burn-rate.js';
import type { SloDefinition } from '../definition/slo-definition.js';
import type { CountSeries } from '../series/count-series.js';
import { DAY, HOUR } from '../time.js';
import { monotonicTrend } from './mann-kendall.js';
import { weeklyBaseline } from './weekly-baseline.js';

export const TREND_POLICY = {
  bucketMs: 6 * HOUR,
  spanMs: 7 * DAY,
  /** Fewer buckets with data say nothing. */
  minBuckets: 14,
  maxChance: 0.05,
  /** Points of the period's budget that the coming 7 d have to consume more or less than the last, if it goes on. */
  minBudgetPoints: 5,
} as const;

export interface Trend {
  readonly label: 'improving' | 'stable' | 'degrading' | 'insufficient_data';
  /** Change of the burn rate per day; null without enough data. */
  readonly slope: number | null;
  /** Chance of such a slope without any trend; null without enough data. */
  readonly p: number | null;
  /** Points (%) of the period's budget by which the coming 7 d would consume more than the last; null likewise. */
  readonly budgetPoints: number | null;
  /** Buckets that had data. */
  readonly n: number;
  /** Whether the usual course of the week was taken out. */
  readonly isAdjusted: boolean;
}

/**
 * Where the burn rate of the last 7 d is going, from 6 h buckets.
 *
 * A label needs both: a slope that is no chance, and one that matters. A significant change of next to nothing is
 * stable, and so is a large one that chance explains.
 */
export function trendOf(definition: SloDefinition, series: CountSeries, asOf: number): Trend {
  const { bucketMs, spanMs, minBuckets, maxChance, minBudgetPoints } = TREND_POLICY;
  const observed = Array.from({ length: spanMs / bucketMs }, (_, index) => {
    const from = asOf - spanMs + index * bucketMs;
    const span = { from, to: from + bucketMs };
    return { x: index, span, burn: burnRate(series.sum(span), definition) };
  }).filter((bucket): bucket is typeof bucket & { burn: number } => bucket.burn !== null);
  const n = observed.length;
  if (n < minBuckets) {
    return { label: 'insufficient_data', slope: null, p: null, budgetPoints: null, n, isAdjusted: false };
  }

  const spans = observed.map(({ span }) => span);
  const usual = weeklyBaseline(definition, series, spans);
  const points = observed.map(({ x, burn }, index) => ({ x, y: burn - (usual?.[index] ?? 0) }));
  const { slope, p } = monotonicTrend(points);
  // Each bucket burns faster than the one a week before by the slope over a week.
  const weekly = slope * (spanMs / bucketMs);
  const budgetPoints = 100 * weekly * (spanMs / definition.windowMs);
  const isTrend = p < maxChance && Math.abs(budgetPoints) > minBudgetPoints;
  const label = isTrend ? (slope > 0 ? 'degrading' : 'improving') : 'stable';
  return { label, slope: slope * (DAY / bucketMs), p, budgetPoints, n, isAdjusted: usual !== undefined };
}
