import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sourceRows } from '../../test/ingest-arbitraries.js';
import { NOW } from '../../test/slo-arbitraries.js';
import { windowBefore } from '../series/count-series.js';
import { DAY, MINUTE, SECOND } from '../time.js';
import { mergeRows, NO_ROWS, rowsOf, seriesKey, seriesOf, type MergedRows, type SourceRow } from './merged-rows.js';
import { BUCKET_WIDTHS } from './snapshot.js';

const content = (rows: MergedRows) => Object.fromEntries(rows);
const merged = sourceRows.map(rowsOf);
const total = (rows: MergedRows) => seriesOf(rows, 'error-rate').sum(windowBefore(NOW, DAY));

describe('mergeRows', () => {
  it('is idempotent, commutative and associative, and knows nothing of nothing', () => {
    fc.assert(
      fc.property(merged, merged, merged, (a, b, c) => {
        expect(content(mergeRows(a, a))).toEqual(content(a));
        expect(content(mergeRows(a, b))).toEqual(content(mergeRows(b, a)));
        expect(content(mergeRows(mergeRows(a, b), c))).toEqual(content(mergeRows(a, mergeRows(b, c))));
        expect(content(mergeRows(NO_ROWS, a))).toEqual(content(a));
      }),
    );
  });

  it('is the same however the rows came: one by one, in any order, twice, over several replicas', () => {
    const shuffled = sourceRows.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 }), fc.nat(25)),
    );
    fc.assert(
      fc.property(shuffled, ([rows, order, cut]) => {
        const take = (some: SourceRow[]) => some.reduce((known, row) => mergeRows(known, rowsOf([row])), NO_ROWS);
        const replicas = mergeRows(take(order.slice(cut)), take(order.slice(0, cut)));
        expect(content(replicas)).toEqual(content(rowsOf(rows)));
      }),
    );
  });

  it('keeps no row within a wider one of the same epoch, dims and source', () => {
    fc.assert(
      fc.property(merged, merged, (a, b) => {
        const rows = [...mergeRows(a, b).values()];
        for (const fine of rows) {
          const wider = rows.filter(
            (row) =>
              row.widthMs > fine.widthMs &&
              row.source === fine.source &&
              row.epoch === fine.epoch &&
              seriesKey(row) === seriesKey(fine) &&
              row.t <= fine.t &&
              fine.t < row.t + row.widthMs,
          );
          expect(wider).toEqual([]);
        }
      }),
    );
  });

  it('counts each event of a producer once, that coarsens what was lost on its way and what was not', () => {
    const buckets = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 60, maxLength: 60 });
    const plan = fc.array(fc.tuple(fc.nat(59), fc.nat(BUCKET_WIDTHS.length - 1)), { maxLength: 20 });
    fc.assert(
      fc.property(buckets, plan, (fine, sent) => {
        const begin = NOW - 10 * MINUTE;
        const rowAt = (index: number, widthMs: number): SourceRow => {
          const t = Math.floor((begin + index * 10 * SECOND) / widthMs) * widthMs;
          const first = (t - begin) / (10 * SECOND);
          const within = fine.slice(first, first + widthMs / (10 * SECOND));
          const good = within.reduce((sum, [count]) => sum + count, 0);
          const bad = within.reduce((sum, [, count]) => sum + count, 0);
          return {
            slo: 'error-rate',
            region: 'eu',
            source: 'a',
            epoch: '1',
            dims: {},
            t,
            widthMs,
            good,
            bad,
            excluded: 0,
          };
        };
        // Some arrived, at any width; in the end the producer has sent the whole span again, as one bucket.
        const arrived = sent.map(([index, width]) => rowAt(index, BUCKET_WIDTHS[width] ?? MINUTE));
        const whole = rowAt(0, 10 * MINUTE);
        expect(total(rowsOf([...arrived, whole]))).toMatchObject({ good: whole.good, bad: whole.bad });
      }),
    );
  });
});

describe('seriesOf', () => {
  const row = { slo: 'error-rate', region: 'eu', source: 'a', epoch: '1', dims: {}, t: NOW - MINUTE, widthMs: MINUTE };
  const rows = rowsOf([
    { ...row, good: 5, bad: 1, excluded: 2 },
    { ...row, good: 7, bad: 0, excluded: 0, epoch: '2' },
    { ...row, good: 11, bad: 3, excluded: 0, region: 'us' },
    { ...row, good: 100, bad: 0, excluded: 0, slo: 'other' },
  ]);

  it('adds up regions and epochs of one SLO', () => {
    expect(total(rows)).toEqual({ good: 23, bad: 4, excluded: 2 });
  });

  it('tells one region from all', () => {
    const eu = seriesOf(rows, 'error-rate', ({ region }) => region === 'eu');
    expect(eu.sum(windowBefore(NOW, DAY))).toEqual({ good: 12, bad: 1, excluded: 2 });
  });
});

describe('seriesKey', () => {
  it('minds neither the order of dims, nor takes a name for a value', () => {
    expect(seriesKey({ slo: 's', dims: { a: '1', b: '2' } })).toBe(seriesKey({ slo: 's', dims: { b: '2', a: '1' } }));
    expect(seriesKey({ slo: 's', dims: { a: 'b' } })).not.toBe(seriesKey({ slo: 's', dims: { b: 'a' } }));
    expect(seriesKey({ slo: 's', dims: { a: '1","b":"2' } })).not.toBe(
      seriesKey({ slo: 's', dims: { a: '1', b: '2' } }),
    );
  });
});
