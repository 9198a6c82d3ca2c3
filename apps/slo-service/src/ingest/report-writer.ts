import type { Tx } from '@holdfast/database';
import {
  admit,
  BUCKET_WIDTHS,
  dimsKey,
  seriesKey,
  type Admission,
  type EpochLedger,
  type Snapshot,
  type SourceRow,
} from '@holdfast/slo';
import { LRUCache } from 'lru-cache';
import { COUNT_REFUSALS, DROP_FINER, SAVE_BUCKETS, SAVE_EPOCHS } from './report-statements.js';

/** A snapshot, and the SLOs that were known when it came. */
export interface Arrival {
  readonly snapshot: Snapshot;
  readonly slos: ReadonlySet<string>;
}

interface EpochRow extends EpochLedger {
  readonly region: string;
  readonly source: string;
  readonly epoch: string;
  readonly isNew: boolean;
}

interface Taken {
  readonly snapshot: Snapshot;
  readonly admission: Admission;
  /** Another replica has committed this very report. */
  readonly isRepeated: boolean;
}

/** Producers whose series are remembered, so that none can make them without end. */
const MAX_SOURCES = 2_000;

/** Buckets of this width replace no others. */
const [FINEST_MS = 0] = BUCKET_WIDTHS;

type EpochName = Pick<Snapshot, 'region' | 'source' | 'epoch'>;

/** Names an epoch. */
export function epochKey({ region, source, epoch }: EpochName): string {
  return JSON.stringify([region, source, epoch]);
}

/** Writes what is admitted of snapshots, each of another epoch, in one transaction. */
export class ReportWriter {
  private readonly series = new LRUCache<string, Set<string>>({ max: MAX_SOURCES });

  /** @returns what was admitted of each, in their order */
  async write(tx: Tx, arrivals: readonly Arrival[]): Promise<Admission[]> {
    const epochs = new Map((await this.epochs(tx, arrivals)).map((row) => [epochKey(row), row]));
    const taken = arrivals.map((arrival) => this.admitted(arrival, epochs.get(epochKey(arrival.snapshot))));
    await save(
      tx,
      taken.filter(({ isRepeated }) => !isRepeated),
    );
    return taken.map(({ admission }) => admission);
  }

  private epochs(tx: Tx, arrivals: readonly Arrival[]): Promise<EpochRow[]> {
    const input = arrivals.map(({ snapshot: { region, source, epoch, measures }, slos }) => ({
      region,
      source,
      epoch,
      slos: [...new Set(measures)].filter((slo) => slos.has(slo)),
    }));
    return tx.query<EpochRow>(SAVE_EPOCHS, [JSON.stringify(input)]);
  }

  private admitted({ snapshot, slos }: Arrival, row: EpochRow | undefined): Taken {
    const series = this.seriesOf(`${snapshot.region}/${snapshot.source}`);
    const ledger = row === undefined || row.isNew ? undefined : row;
    const admission = admit(snapshot, { now: row?.lastAt ?? Number.NaN, slos, ledger, series });
    const isRepeated = ledger?.maxSeq === snapshot.seq && snapshot.seq > 0;
    if (!isRepeated) for (const bucket of admission.rows.values()) series.add(seriesKey(bucket));
    return { snapshot, admission, isRepeated };
  }

  private seriesOf(source: string): Set<string> {
    const known = this.series.get(source) ?? new Set<string>();
    this.series.set(source, known);
    return known;
  }
}

async function save(tx: Tx, taken: readonly Taken[]): Promise<void> {
  const refusals = taken.flatMap(({ snapshot: { source }, admission }) =>
    [...admission.tally].map(([code, count]) => ({ source, code, count })),
  );
  if (refusals.length > 0) await tx.query(COUNT_REFUSALS, [JSON.stringify(refusals)]);
  const rows = taken.flatMap(({ admission }) => [...admission.rows.values()]);
  const numbers = taken.flatMap(({ snapshot: { region, source, epoch }, admission: { ledger } }) =>
    ledger === undefined ? [] : [{ region, source, epoch, max_seq: ledger.maxSeq, final_seq: ledger.finalSeq }],
  );
  if (rows.length === 0 && numbers.length === 0) return;
  const input = JSON.stringify(rows.map(toRecord));
  if (rows.some(({ widthMs }) => widthMs > FINEST_MS)) await tx.query(DROP_FINER, [input]);
  await tx.query(SAVE_BUCKETS, [input, JSON.stringify(numbers)]);
}

function toRecord({ region, source, epoch, slo, dims, t, widthMs, good, bad, excluded }: SourceRow) {
  const at = { t: new Date(t).toISOString(), width_s: widthMs / 1_000, dims: dimsKey(dims) };
  return { region, source, epoch, slo, ...at, good, bad, excluded };
}
