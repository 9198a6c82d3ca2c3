import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gaussian, seeded } from '../../test/random.js';
import { NOW, slo } from '../../test/slo-arbitraries.js';
import { CountSeries } from '../series/count-series.js';
import type { Bucket } from '../series/counts.js';
import { DAY, HOUR } from '../time.js';
import { monotonicTrend } from './mann-kendall.js';
import { trendOf } from './trend.js';

const N = 28;
const PER_BUCKET = 100_000;

/** Six-hourly buckets up to NOW, oldest first: `burnAt(index)` times the budget. */
function series(count: number, burnAt: (index: number) => number): CountSeries {
  const buckets: Bucket[] = Array.from({ length: count }, (_, index) => {
    const bad = Math.max(0, Math.round(burnAt(index) * 0.001 * PER_BUCKET));
    return { t: NOW - (count - index) * 6 * HOUR, good: PER_BUCKET - bad, bad, excluded: 0 };
  });
  return CountSeries.of(buckets);
}

const trend = (count: number, burnAt: (index: number) => number) => trendOf(slo(), series(count, burnAt), NOW);

/** Noise in which each value keeps `phi` of the one before. */
function autoregressive(phi: number, random: () => number): number[] {
  const noise = gaussian(random);
  let value = noise() / Math.sqrt(1 - phi * phi);
  return Array.from({ length: N }, () => (value = phi * value + noise()));
}

function foundIn(phi: number, drift: number, runs = 3_000): number {
  const random = seeded(7);
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    const points = autoregressive(phi, random).map((y, x) => ({ x, y: y + (drift * x) / (N - 1) }));
    if (monotonicTrend(points).p < 0.05) found += 1;
  }
  return found / runs;
}

describe('monotonicTrend', () => {
  it.each([
    [0, 0.05],
    [0.3, 0.07],
    [0.6, 0.09],
  ])('finds a trend that is none in few series of AR(1) with φ = %d: below %d', (phi, most) => {
    expect(foundIn(phi, 0)).toBeLessThan(most);
  });

  it('finds a drift of three standard deviations', () => {
    expect(foundIn(0, 3)).toBeGreaterThan(0.8);
    expect(foundIn(0.6, 3 / Math.sqrt(1 - 0.36))).toBeGreaterThan(0.3);
  });

  it('has the slope of a line, turned around with it, and p from 0 to 1', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: -9, max: 9 }), (ys, slope) => {
        expect(monotonicTrend(ys.map((_, x) => ({ x, y: slope * x }))).slope).toBeCloseTo(slope, 9);
        const up = monotonicTrend(ys.map((y, x) => ({ x, y })));
        const down = monotonicTrend(ys.map((y, x) => ({ x, y: -y })));
        expect(down.slope).toBeCloseTo(-up.slope, 9);
        expect(down.p).toBeCloseTo(up.p, 9);
        expect(up.p).toBeGreaterThanOrEqual(0);
        expect(up.p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is certain of a straight line, whatever floating point makes of it', () => {
    for (const step of [0.1, 0.3, 1 / 7]) {
      expect(monotonicTrend(Array.from({ length: N }, (_, x) => ({ x, y: x * step }))).p).toBeLessThan(1e-9);
    }
  });

  it('sees nothing in what does not move', () => {
    expect(monotonicTrend(Array.from({ length: N }, (_, x) => ({ x, y: 3 })))).toEqual({ slope: 0, p: 1 });
  });
});

describe('trendOf', () => {
  const noise = autoregressive(0, seeded(3)).map((value) => value / 10);
  const noisy = (index: number) => noise[index] ?? 0;

  it('tells where the burn rate goes, with its slope per day', () => {
    const up = trend(N, (index) => 0.5 + index / 20 + noisy(index));
    expect(up).toMatchObject({ label: 'degrading', n: N, isAdjusted: false });
    expect(up.slope).toBeCloseTo(4 / 20, 1);
    // 28 buckets on it burns 1.4 more; 7 d of 30 at a burn rate of 1 are 23.3 points.
    expect(Math.abs((up.budgetPoints ?? 0) - (1.4 * 700) / 30)).toBeLessThan(1);
    expect(trend(N, (index) => 2 - index / 20 + noisy(index)).label).toBe('improving');
    expect(trend(N, (index) => 0.5 + noisy(index)).label).toBe('stable');
  });

  it('calls a certain change of next to nothing stable', () => {
    const small = trend(N, (index) => 0.5 + index / 200);
    expect(small.p).toBeLessThan(0.05);
    expect(small.label).toBe('stable');
  });

  it('says nothing of a few buckets, and takes those without traffic for none', () => {
    expect(trend(13, (index) => index)).toMatchObject({ label: 'insufficient_data', slope: null, n: 13 });
    expect(trend(14, (index) => index)).toMatchObject({ label: 'degrading', n: 14 });
    expect(trendOf(slo(), CountSeries.of([]), NOW).label).toBe('insufficient_data');
  });

  it('takes the usual course of the week for no trend', () => {
    const week = (index: number) => 0.5 + (index % N) / 10;
    expect(trend(N, week).label).toBe('degrading');
    expect(trend(5 * N, week)).toMatchObject({ label: 'stable', isAdjusted: true });
    expect(trend(5 * N, (index) => week(index) + (index >= 4 * N ? (index - 4 * N) / 10 : 0))).toMatchObject({
      label: 'degrading',
      isAdjusted: true,
    });
  });

  it('rarely finds a trend in counts that chance alone moves', () => {
    const random = seeded(11);
    let found = 0;
    for (let run = 0; run < 300; run += 1) {
      const values = autoregressive(0.6, random);
      const label = trend(N, (index) => 1 + 0.2 * (values[index] ?? 0)).label;
      if (label !== 'stable') found += 1;
    }
    expect(found / 300).toBeLessThan(0.1);
  });

  it('does not mind what came after the span', () => {
    const later = CountSeries.of([{ t: NOW + DAY, good: 0, bad: 1_000_000, excluded: 0 }]);
    expect(trendOf(slo(), later, NOW).n).toBe(0);
  });
});
