import fc from 'fast-check';
import type { EpochLedger } from '../src/ingest/epoch-ledger.js';
import type { SourceRow } from '../src/ingest/merged-rows.js';
import { BUCKET_WIDTHS, type CountsClaim, type Snapshot, type SnapshotBucket } from '../src/ingest/snapshot.js';
import { MINUTE } from '../src/time.js';
import { counts, NOW } from './slo-arbitraries.js';

/** Rows of few sources, epochs and dims within 20 min: most of them meet. */
export const sourceRows: fc.Arbitrary<SourceRow[]> = fc.array(
  fc
    .record({
      source: fc.constantFrom('a', 'b'),
      epoch: fc.constantFrom('1', '2'),
      dims: fc.constantFrom({}, { cause: 'upstream' }),
      widthMs: fc.constantFrom(...BUCKET_WIDTHS),
      ago: fc.integer({ min: 1, max: 20 * MINUTE }),
      counts,
    })
    .map(({ ago, widthMs, counts: counted, ...row }) => ({
      slo: 'error-rate',
      region: 'eu',
      ...row,
      widthMs,
      t: Math.floor((NOW - ago) / widthMs) * widthMs,
      ...counted,
    })),
  { maxLength: 25 },
);

export const ledgers: fc.Arbitrary<EpochLedger> = fc
  .record({
    ago: fc.integer({ min: 0, max: 120 * MINUTE }),
    lasts: fc.integer({ min: 0, max: 120 * MINUTE }),
    maxSeq: fc.nat(100),
    finalSeq: fc.option(fc.nat(100)),
  })
  .map(({ ago, lasts, maxSeq, finalSeq }) => ({
    firstAt: NOW - ago,
    lastAt: Math.min(NOW, NOW - ago + lasts),
    maxSeq,
    finalSeq,
  }));

/** A bucket of the minute before NOW that counted 9 good and 1 bad, unless told otherwise. */
export function bucket(
  changes: Partial<Omit<SnapshotBucket, keyof CountsClaim>> = {},
  claim: CountsClaim = { good: 9, bad: 1, excluded: 0 },
): SnapshotBucket {
  return { slo: 'error-rate', dims: {}, t: NOW - MINUTE, widthMs: MINUTE, ...changes, ...claim };
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    region: 'eu',
    source: 'gateway-1',
    epoch: 'life-1',
    seq: 1,
    sentAt: NOW,
    isLast: false,
    measures: ['error-rate'],
    buckets: [bucket()],
    ...changes,
  };
}
