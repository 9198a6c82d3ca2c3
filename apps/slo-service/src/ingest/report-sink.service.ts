import { Injectable } from '@nestjs/common';
import type { SloReport, SloReportReceipt } from '@holdfast/contracts';
import { Database, type Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import {
  admit,
  seriesKey,
  type Admission,
  type EpochLedger,
  type Snapshot,
  type SnapshotBucket,
  type SourceRow,
} from '@holdfast/slo';
import { LRUCache } from 'lru-cache';
import { DefinitionsService } from '../definitions/definitions.service.js';
import { COUNT_REFUSALS, DROP_FINER, MARK_MINUTES, MARK_SEQ, SAVE_BUCKETS, SAVE_EPOCH } from './report-statements.js';

interface EpochRow {
  readonly firstAt: string;
  readonly lastAt: string;
  readonly maxSeq: string;
  readonly finalSeq: string | null;
  readonly isNew: boolean;
}

/** Producers whose series are remembered, so that none can make them without end. */
const MAX_SOURCES = 2_000;

/** How old what is known of definitions may be where a report names another SLO, in ms. */
const MAX_STALE_MS = 1_000;

/**
 * Takes reports. Nest's Redis transport gives each to every replica, and producers repeat what was not answered: the
 * counts are absolute, so that all of it merges to the same rows.
 */
@Injectable()
export class ReportSink {
  private readonly series = new LRUCache<string, Set<string>>({ max: MAX_SOURCES });

  constructor(
    private readonly database: Database,
    private readonly definitions: DefinitionsService,
  ) {}

  /** Resolves once everything that was admitted is committed. */
  async take(report: SloReport): Promise<SloReportReceipt> {
    const snapshot = toSnapshot(report);
    const slos = await this.known(snapshot);
    const admission = await this.database.transaction((tx) => this.save(tx, snapshot, slos));
    for (const [code, count] of admission.tally) metrics.counter('holdfast_slo_refusals_total').inc({ code }, count);
    metrics.counter('holdfast_slo_reports_total').inc();
    return { skewMs: admission.skewMs, refused: Object.fromEntries(admission.tally) };
  }

  /** Ids of the SLOs that are known; one that is asked for and was not a second ago is looked for again. */
  private async known({ buckets, measures }: Snapshot): Promise<ReadonlySet<string>> {
    const known = new Set((await this.definitions.current()).map(({ id }) => id));
    const isStrange = [...measures, ...buckets.map(({ slo }) => slo)].some((slo) => !known.has(slo));
    return isStrange ? new Set((await this.definitions.current(MAX_STALE_MS)).map(({ id }) => id)) : known;
  }

  private async save(tx: Tx, snapshot: Snapshot, slos: ReadonlySet<string>): Promise<Admission> {
    const { region, source, epoch, seq } = snapshot;
    const measured = snapshot.measures.filter((slo) => slos.has(slo));
    const [known] = await tx.query<EpochRow>(SAVE_EPOCH, [region, source, epoch, measured]);
    const ledger: EpochLedger | undefined =
      known === undefined || known.isNew
        ? undefined
        : {
            firstAt: Number(known.firstAt),
            lastAt: Number(known.lastAt),
            maxSeq: Number(known.maxSeq),
            finalSeq: known.finalSeq === null ? null : Number(known.finalSeq),
          };
    const series = this.seriesOf(`${region}/${source}`);
    const admission = admit(snapshot, { now: Number(known?.lastAt), slos, ledger, series });
    // Another replica has committed this very report.
    if (ledger?.maxSeq === seq && seq > 0) return admission;
    for (const bucket of admission.rows.values()) series.add(seriesKey(bucket));
    await this.write(tx, snapshot, admission);
    return admission;
  }

  private async write(tx: Tx, { region, source, epoch }: Snapshot, { rows, ledger, tally }: Admission): Promise<void> {
    if (ledger !== undefined) await tx.query(MARK_SEQ, [region, source, epoch, ledger.maxSeq, ledger.finalSeq]);
    if (tally.size > 0) await tx.query(COUNT_REFUSALS, [source, JSON.stringify(Object.fromEntries(tally))]);
    if (rows.size === 0) return;
    const input = JSON.stringify([...rows.values()].map(toRecord));
    await tx.query(DROP_FINER, [region, source, epoch, input]);
    await tx.query(SAVE_BUCKETS, [region, source, epoch, input]);
    await tx.query(MARK_MINUTES, [input]);
  }

  private seriesOf(source: string): Set<string> {
    const known = this.series.get(source) ?? new Set<string>();
    this.series.set(source, known);
    return known;
  }
}

function toSnapshot(report: SloReport): Snapshot {
  const buckets = report.buckets.map(({ bad, total, ...rest }): SnapshotBucket => {
    if (bad !== undefined) return { ...rest, bad };
    // Neither is a claim that cannot be read.
    return { ...rest, total: total ?? Number.NaN };
  });
  return { ...report, buckets };
}

function toRecord({ slo, dims, t, widthMs, good, bad, excluded }: SourceRow) {
  const sorted = JSON.stringify(Object.entries(dims).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { slo, t: new Date(t).toISOString(), width_s: widthMs / 1_000, dims: sorted, good, bad, excluded };
}
