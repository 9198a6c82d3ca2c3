import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucket, snapshot } from '../../test/ingest-arbitraries.js';
import { NOW } from '../../test/slo-arbitraries.js';
import { windowBefore } from '../series/count-series.js';
import { totalOf } from '../series/counts.js';
import { DAY, MINUTE, SECOND } from '../time.js';
import { admit, type AdmissionContext } from './admit.js';
import { mergeRows, NO_ROWS, seriesKey, seriesOf } from './merged-rows.js';
import { INGEST_CODES, INGEST_LIMITS, type IngestCode, type Snapshot, type SnapshotBucket } from './snapshot.js';

const context = (changes: Partial<AdmissionContext> = {}): AdmissionContext => ({
  now: NOW,
  slos: new Set(['error-rate']),
  ledger: undefined,
  series: new Set(),
  ...changes,
});

const long = 'x'.repeat(INGEST_LIMITS.maxDimLength + 1);
const ended = { firstAt: NOW - DAY, lastAt: NOW, maxSeq: 5, finalSeq: 5 };

/** Every code, and what earns it. */
const REFUSED_SNAPSHOTS: readonly (readonly [IngestCode, string, Partial<Snapshot>])[] = [
  ['too_large', 'buckets', { buckets: Array<SnapshotBucket>(INGEST_LIMITS.maxBuckets + 1).fill(bucket()) }],
  ['too_large', 'measures', { measures: Array<string>(INGEST_LIMITS.maxMeasures + 1).fill('a') }],
  ['bad_header', 'no source', { source: '' }],
  ['bad_header', 'a long epoch', { epoch: long }],
  ['bad_header', 'a long measure', { measures: [long] }],
  ['bad_header', 'a broken seq', { seq: 1.5 }],
  ['bad_header', 'a negative seq', { seq: -1 }],
  ['bad_header', 'no time', { sentAt: Number.NaN }],
  ['clock_skew', 'minutes ahead', { sentAt: NOW + INGEST_LIMITS.maxSkewMs + 1 }],
  ['clock_skew', 'days behind', { sentAt: NOW - 3 * DAY }],
];

const REFUSED_BUCKETS: readonly (readonly [IngestCode, string, SnapshotBucket])[] = [
  ['unknown_slo', 'id', bucket({ slo: 'nobody' })],
  ['bad_dims', 'value', bucket({ dims: { path: long } })],
  [
    'bad_dims',
    'number',
    bucket({ dims: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`d${String(index)}`, ''])) }),
  ],
  ['misaligned', 'width', bucket({ widthMs: 5 * SECOND })],
  ['misaligned', 'beginning', bucket({ t: NOW - 1 })],
  ['misaligned', 'no number', bucket({ t: Number.NaN })],
  ['from_future', 'beginning', bucket({ t: NOW + 3 * MINUTE })],
  ['too_old', 'end', bucket({ t: NOW - INGEST_LIMITS.maxAgeMs - 2 * MINUTE })],
  ['bad_count', 'fraction', bucket({}, { good: 0.5, bad: 0, excluded: 0 })],
  ['bad_count', 'negative', bucket({}, { good: 0, bad: -1, excluded: 0 })],
  ['bad_count', 'no number', bucket({}, { good: 0, bad: 0, excluded: Number.NaN })],
  ['bad_count', 'beyond exact sums', bucket({}, { good: 1e15, bad: 0, excluded: 0 })],
  ['bad_count', 'of a total', bucket({}, { good: 1, total: Infinity, excluded: 0 })],
];

describe('admit', () => {
  it('takes what is in order, and keeps the ledger', () => {
    const { rows, ledger, tally, skewMs } = admit(snapshot({ sentAt: NOW - 5 * SECOND }), context());
    expect([...rows.values()]).toEqual([
      { ...bucket(), region: 'eu', source: 'gateway-1', epoch: 'life-1', good: 9, bad: 1, excluded: 0 },
    ]);
    expect(ledger).toEqual({ firstAt: NOW, lastAt: NOW, maxSeq: 1, finalSeq: null });
    expect(tally.size).toBe(0);
    expect(skewMs).toBe(-5 * SECOND);
  });

  it.each(REFUSED_SNAPSHOTS)('refuses a snapshot as %s: %s', (code, _what, changes) => {
    const known = { firstAt: NOW - DAY, lastAt: NOW - DAY, maxSeq: 0, finalSeq: null };
    const admission = admit(snapshot(changes), context({ ledger: known }));
    expect(admission.tally).toEqual(new Map([[code, 1]]));
    expect(admission.rows.size).toBe(0);
    expect(admission.ledger).toBe(known);
  });

  it.each(REFUSED_BUCKETS)('refuses a bucket as %s: %s, and takes its neighbours', (code, _what, wrong) => {
    const admission = admit(snapshot({ buckets: [wrong, bucket(), wrong] }), context());
    expect(admission.tally).toEqual(new Map([[code, 2]]));
    expect([...admission.rows.values()]).toMatchObject([{ good: 9, bad: 1 }]);
  });

  it('takes good above the total to be the total', () => {
    const admission = admit(snapshot({ buckets: [bucket({}, { good: 12, total: 10, excluded: 1 })] }), context());
    expect(admission.tally).toEqual(new Map([['good_above_total', 1]]));
    expect([...admission.rows.values()]).toMatchObject([{ good: 10, bad: 0, excluded: 1 }]);
  });

  it('takes late and repeated snapshots of an epoch that ended, and nothing newer', () => {
    const of = (seq: number) => admit(snapshot({ seq }), context({ ledger: ended }));
    expect(of(6).tally).toEqual(new Map([['epoch_ended', 1]]));
    expect(of(6).ledger).toBe(ended);
    expect(of(5).rows.size).toBe(1);
    expect(of(2).ledger).toEqual(ended);
  });

  it('ends an epoch by its last snapshot', () => {
    expect(admit(snapshot({ seq: 9, isLast: true }), context()).ledger).toMatchObject({ maxSeq: 9, finalSeq: 9 });
  });

  it('bounds the series of a source, and goes on with those that it has', () => {
    const known = new Set([seriesKey(bucket())]);
    const explosion = Array.from({ length: 700 }, (_, index) => bucket({ dims: { path: `/user/${String(index)}` } }));
    const { rows, tally } = admit(snapshot({ buckets: [...explosion, bucket()] }), context({ series: known }));
    expect(rows.size).toBe(INGEST_LIMITS.maxSeriesPerSource);
    expect(tally).toEqual(new Map([['too_many_series', 701 - INGEST_LIMITS.maxSeriesPerSource]]));
    expect([...rows.values()].some(({ dims }) => Object.keys(dims).length === 0)).toBe(true);
  });

  it('has a test for every code', () => {
    const tested = new Set([...REFUSED_SNAPSHOTS, ...REFUSED_BUCKETS].map(([code]) => code));
    const here: IngestCode[] = ['epoch_ended', 'too_many_series', 'good_above_total'];
    expect([...tested, ...here].sort()).toEqual(Object.keys(INGEST_CODES).sort());
  });

  it('comes to the same totals for any order and repetition of snapshots', () => {
    const growing = fc.array(fc.tuple(fc.nat(20), fc.nat(5)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(growing, fc.array(fc.nat(7), { maxLength: 20 }), (steps, order) => {
        let good = 0;
        let bad = 0;
        const sent = steps.map(([moreGood, moreBad], seq) => {
          good += moreGood;
          bad += moreBad;
          return snapshot({ seq, buckets: [bucket({}, { good, bad, excluded: 0 })] });
        });
        const arrivals = [...order.flatMap((index) => sent[index] ?? []), ...sent.slice(-1), ...sent.slice(0, 1)];
        const rows = arrivals.reduce((known, one) => mergeRows(known, admit(one, context()).rows), NO_ROWS);
        expect(totalOf(seriesOf(rows, 'error-rate').sum(windowBefore(NOW, DAY)))).toBe(good + bad);
      }),
    );
  });

  it('never lets a ratio leave 0 to 1, whatever is claimed', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.nat(100));
    fc.assert(
      fc.property(number, number, number, fc.boolean(), (good, other, excluded, isTotal) => {
        const claim = isTotal ? { good, total: other, excluded } : { good, bad: other, excluded };
        for (const row of admit(snapshot({ buckets: [bucket({}, claim)] }), context()).rows.values()) {
          for (const count of [row.good, row.bad, row.excluded]) {
            expect(Number.isSafeInteger(count)).toBe(true);
            expect(count).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});
