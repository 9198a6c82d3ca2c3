import { normalUpperTail } from '../maths/normal.js';

/** An observation `y` at the time `x`, in any unit; in the order of `x`, which never repeats. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface MonotonicTrend {
  /** Change of y per unit of x. */
  readonly slope: number;
  /** Chance of as strong a trend, up or down, in a series that has none. */
  readonly p: number;
}

/** Above this the variance would explode, and no trend ever be found. */
const MAX_CORRELATION = 0.95;

/** Part of a value below which a difference is the noise of floating point. */
const ROUNDING = 1e-9;

/**
 * Mann-Kendall test and Sen's slope (H. Mann 1945; M. Kendall 1975; P. K. Sen 1968), honest about autocorrelation: one
 * bad day makes the next hours bad too, and the plain test takes that for a trend in 28 % of series that have none
 * (AR(1), φ = 0.6, n = 28). The variance is multiplied by (1 + r) / (1 − r), with r the lag-1 autocorrelation of what is
 * left after the slope, corrected for its bias in short series; that leaves 6 %, at the price of power. Needs n > 4.
 */
export function monotonicTrend(points: readonly Point[]): MonotonicTrend {
  const n = points.length;
  const slopes: number[] = [];
  let score = 0;
  for (const [index, later] of points.entries()) {
    for (let before = 0; before < index; before += 1) {
      const earlier = points[before] ?? later;
      score += Math.sign(later.y - earlier.y);
      slopes.push((later.y - earlier.y) / (later.x - earlier.x));
    }
  }
  const slope = median(slopes);
  const noise = ROUNDING * Math.max(0, ...points.map(({ y }) => Math.abs(y)));
  const left = points.map(({ x, y }) => y - slope * x);
  const r = correlation(left, noise);
  const variance = (scoreVariance(points) * (1 + r)) / (1 - r);
  if (n === 0 || score === 0 || variance <= 0) return { slope, p: 1 };
  const z = (Math.abs(score) - 1) / Math.sqrt(variance);
  return { slope, p: Math.min(1, 2 * normalUpperTail(z)) };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Variance of the score without a trend, with ties. */
function scoreVariance(points: readonly Point[]): number {
  const ties = new Map<number, number>();
  for (const { y } of points) ties.set(y, (ties.get(y) ?? 0) + 1);
  const term = (count: number) => count * (count - 1) * (2 * count + 5);
  const tied = [...ties.values()].reduce((sum, count) => sum + term(count), 0);
  return (term(points.length) - tied) / 18;
}

/** Lag-1 autocorrelation, corrected for bias, 0 to 0.95: a negative one must not sharpen the test. */
function correlation(values: readonly number[], noise: number): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  let square = 0;
  let product = 0;
  let before = 0;
  for (const value of values) {
    const difference = value - mean;
    square += difference ** 2;
    product += difference * before;
    before = difference;
  }
  // What floating point leaves of a straight line is no correlation of anything.
  if (square <= n * noise ** 2) return 0;
  return Math.min(MAX_CORRELATION, Math.max(0, ((n * product) / square + 2) / (n - 4)));
}
