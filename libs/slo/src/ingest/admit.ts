import type { Counts } from '../series/counts.js';
import { mergeLedgers, type EpochLedger } from './epoch-ledger.js';
import { NO_ROWS, rowsOf, seriesKey, type MergedRows, type SourceRow } from './merged-rows.js';
import { readCounts } from './read-counts.js';
import { BUCKET_WIDTHS, INGEST_LIMITS, type IngestCode, type Snapshot, type SnapshotBucket } from './snapshot.js';

/** What is known when a snapshot arrives. */
export interface AdmissionContext {
  /** The service's clock, ms since the Unix epoch. */
  readonly now: number;
  readonly slos: ReadonlySet<string>;
  /** Of the snapshot's epoch; undefined for its first. */
  readonly ledger: EpochLedger | undefined;
  /** Keys of the series that the source already has. */
  readonly series: ReadonlySet<string>;
}

export type Tally = ReadonlyMap<IngestCode, number>;

export interface Admission {
  /** To be merged with what is stored. */
  readonly rows: MergedRows;
  /** To be stored; undefined if the snapshot was refused and nothing is known of its epoch. */
  readonly ledger: EpochLedger | undefined;
  /** How often what was wrong: buckets, or the snapshot. */
  readonly tally: Tally;
  /**
   * The producer's clock minus ours, in ms, so that it can correct itself. Times are never shifted here: the same bucket
   * sent twice would land twice.
   */
  readonly skewMs: number;
}

/** Decides what of a snapshot is taken. Depends on nothing but its arguments. */
export function admit(snapshot: Snapshot, context: AdmissionContext): Admission {
  const skewMs = snapshot.sentAt - context.now;
  const refusal = refusalOf(snapshot, context);
  if (refusal !== undefined) {
    return { rows: NO_ROWS, ledger: context.ledger, tally: new Map([[refusal, 1]]), skewMs };
  }
  const tally = new Map<IngestCode, number>();
  const count = (code: IngestCode) => tally.set(code, (tally.get(code) ?? 0) + 1);
  const series = new Set(context.series);
  const rows: SourceRow[] = [];
  for (const bucket of snapshot.buckets) {
    const read = readBucket(bucket, context, series);
    if (read.code !== undefined) count(read.code);
    if (read.counts === undefined) continue;
    series.add(seriesKey(bucket));
    const { region, source, epoch } = snapshot;
    const { slo, dims, t, widthMs } = bucket;
    rows.push({ region, source, epoch, slo, dims, t, widthMs, ...read.counts });
  }
  return { rows: rowsOf(rows), ledger: ledgerWith(snapshot, context), tally, skewMs };
}

function refusalOf(snapshot: Snapshot, { now, ledger }: AdmissionContext): IngestCode | undefined {
  const { region, source, epoch, seq, sentAt, measures, buckets } = snapshot;
  const isNamed = [region, source, epoch, ...measures].every(
    (name) => name !== '' && name.length <= INGEST_LIMITS.maxDimLength,
  );
  if (!isNamed || !Number.isSafeInteger(seq) || seq < 0 || !Number.isFinite(sentAt)) return 'bad_header';
  if (buckets.length > INGEST_LIMITS.maxBuckets || measures.length > INGEST_LIMITS.maxMeasures) return 'too_large';
  if (Math.abs(sentAt - now) > INGEST_LIMITS.maxSkewMs) return 'clock_skew';
  if (seq > (ledger?.finalSeq ?? Infinity)) return 'epoch_ended';
  return undefined;
}

interface ReadBucket {
  readonly counts?: Counts;
  readonly code?: IngestCode;
}

function readBucket(bucket: SnapshotBucket, context: AdmissionContext, series: ReadonlySet<string>): ReadBucket {
  const code = faultOf(bucket, context);
  if (code !== undefined) return { code };
  if (series.size >= INGEST_LIMITS.maxSeriesPerSource && !series.has(seriesKey(bucket))) {
    return { code: 'too_many_series' };
  }
  const read = readCounts(bucket);
  if (!read.ok) return { code: 'bad_count' };
  return read.isClamped ? { counts: read.counts, code: 'good_above_total' } : { counts: read.counts };
}

function faultOf({ slo, dims, t, widthMs }: SnapshotBucket, { now, slos }: AdmissionContext): IngestCode | undefined {
  if (!slos.has(slo)) return 'unknown_slo';
  const words = Object.entries(dims);
  const isShort = words.flat().every((word) => word.length <= INGEST_LIMITS.maxDimLength);
  if (words.length > INGEST_LIMITS.maxDims || !isShort) return 'bad_dims';
  if (!BUCKET_WIDTHS.includes(widthMs) || !Number.isSafeInteger(t) || t % widthMs !== 0) return 'misaligned';
  if (t > now + INGEST_LIMITS.maxSkewMs) return 'from_future';
  return t + widthMs < now - INGEST_LIMITS.maxAgeMs ? 'too_old' : undefined;
}

function ledgerWith({ seq, isLast }: Snapshot, { now, ledger }: AdmissionContext): EpochLedger {
  const seen = { firstAt: now, lastAt: now, maxSeq: seq, finalSeq: isLast ? seq : null };
  return ledger === undefined ? seen : mergeLedgers(ledger, seen);
}
