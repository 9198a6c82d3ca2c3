import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buckets, NOW } from '../../test/slo-arbitraries.js';
import { DAY } from '../time.js';
import { CountSeries, windowBefore } from './count-series.js';
import { addCounts, NO_COUNTS, type Bucket } from './counts.js';

const times = fc.integer({ min: NOW - 31 * DAY, max: NOW + DAY });

const summed = (of: readonly Bucket[], from: number, to: number) =>
  of
    .filter(({ t }) => t >= from && t < to)
    .map(({ good, bad, excluded }) => ({ good, bad, excluded }))
    .reduce(addCounts, NO_COUNTS);

describe('CountSeries', () => {
  it('sums what begins in the window, in whatever order the buckets came', () => {
    fc.assert(
      fc.property(buckets, times, times, (all, from, to) => {
        const expected = summed(all, from, to);
        expect(CountSeries.of(all).sum({ from, to })).toEqual(expected);
        expect(CountSeries.of([...all].reverse()).sum({ from, to })).toEqual(expected);
      }),
    );
  });

  it('neither loses nor doubles a bucket between adjoining windows', () => {
    fc.assert(
      fc.property(buckets, fc.tuple(times, times, times), (all, cuts) => {
        const series = CountSeries.of(all);
        const [a = 0, b = 0, c = 0] = [...cuts].sort((x, y) => x - y);
        const parts = addCounts(series.sum({ from: a, to: b }), series.sum({ from: b, to: c }));
        expect(parts).toEqual(series.sum({ from: a, to: c }));
      }),
    );
  });

  it('drops what a correction covers, and nothing else', () => {
    fc.assert(
      fc.property(buckets, times, times, (all, from, to) => {
        const whole = windowBefore(NOW + DAY, 40 * DAY);
        const corrected = CountSeries.of(all).without([{ from, to }]);
        expect(corrected.sum({ from, to })).toEqual(NO_COUNTS);
        const left = all.filter(({ t }) => t < from || t >= to);
        expect(corrected.sum(whole)).toEqual(summed(left, whole.from, whole.to));
      }),
    );
  });

  it('says after any replacements what it would say had it been made of the outcome', () => {
    const spans = fc.array(
      fc.tuple(times, fc.integer({ min: 0, max: 3 * DAY })).map(([from, length]) => ({ from, to: from + length })),
      { maxLength: 3 },
    );
    const steps = fc.array(fc.tuple(spans, buckets), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(buckets, steps, times, times, (first, all, from, to) => {
        let series = CountSeries.of(first);
        let left: readonly Bucket[] = first;
        for (const [replaced, added] of all) {
          series = series.replace(replaced, added);
          left = [...left.filter(({ t }) => !replaced.some((span) => t >= span.from && t < span.to)), ...added];
        }
        expect(series.sum({ from, to })).toEqual(summed(left, from, to));
        expect(series.size).toBe(new Set(left.map(({ t }) => t)).size);
      }),
    );
  });

  it('takes 32 bytes a bucket, and leaves the series that it was made of as it was', () => {
    const at = (index: number) => ({ t: NOW + index, good: 1, bad: 0, excluded: 0 });
    const series = CountSeries.of(Array.from({ length: 5_000 }, (_, index) => at(index)));
    const half = series.without([{ from: NOW, to: NOW + 2_500 }]);
    expect([series.size, half.size]).toEqual([5_000, 2_500]);
    expect(half.bytes).toBeLessThanOrEqual(32 * 2_501);
    expect(series.bytes).toBeLessThanOrEqual(32 * 5_001);
    expect(series.sum(windowBefore(NOW + DAY, 2 * DAY)).good).toBe(5_000);
  });

  it('sees nothing at or after the moment it is asked for', () => {
    const series = CountSeries.of([{ t: NOW, good: 1, bad: 0, excluded: 0 }]);
    expect(series.sum(windowBefore(NOW, DAY))).toEqual(NO_COUNTS);
    expect(series.sum(windowBefore(NOW + 1, DAY)).good).toBe(1);
  });
});
