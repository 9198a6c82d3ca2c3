import { Injectable } from '@nestjs/common';
import type { SloReport, SloReportReceipt } from '@holdfast/contracts';
import { Database } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import type { Admission, Snapshot, SnapshotBucket } from '@holdfast/slo';
import { DefinitionsService, type CurrentDefinition } from '../definitions/definitions.service.js';
import { BatchQueue } from './batch-queue.js';
import { epochKey, ReportWriter, type Arrival } from './report-writer.js';

/** How old what is known of definitions may be where a report names another SLO, in ms. */
const MAX_STALE_MS = 1_000;

/** Buckets of one transaction, and of all that wait; each report weighs one more. */
const MAX_BATCH = 1_000;
const MAX_WAITING = 100_000;
/** In ms; a producer asks again. */
const MAX_WAIT_MS = 5_000;

/**
 * Takes reports. Nest's Redis transport gives each to every replica, and producers repeat what was not answered: the
 * counts are absolute, so that all of it merges to the same rows. Reports that come while others are written go together
 * into the next transaction.
 */
@Injectable()
export class ReportSink {
  private readonly writer = new ReportWriter();
  private readonly queue: BatchQueue<Arrival, Admission>;
  private ids: { readonly of: readonly CurrentDefinition[]; readonly set: ReadonlySet<string> } | undefined;

  constructor(
    database: Database,
    private readonly definitions: DefinitionsService,
  ) {
    this.queue = new BatchQueue({
      work: (arrivals) => database.transaction((tx) => this.writer.write(tx, arrivals)),
      keyOf: ({ snapshot }) => epochKey(snapshot),
      weightOf: ({ snapshot }) => 1 + snapshot.buckets.length,
      maxWeight: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      maxWaitMs: MAX_WAIT_MS,
      onWaiting: (weight) => {
        metrics.gauge('holdfast_slo_waiting_buckets').set(weight);
      },
    });
  }

  /** Resolves once everything that was admitted is committed. */
  async take(report: SloReport): Promise<SloReportReceipt> {
    const snapshot = toSnapshot(report);
    const { tally, skewMs } = await this.queue.add({ snapshot, slos: await this.known(snapshot) });
    for (const [code, count] of tally) metrics.counter('holdfast_slo_refusals_total').inc({ code }, count);
    metrics.counter('holdfast_slo_reports_total').inc();
    return { skewMs, refused: Object.fromEntries(tally) };
  }

  /** Ids of the SLOs that are known; one that is asked for and was not a second ago is looked for again. */
  private async known({ buckets, measures }: Snapshot): Promise<ReadonlySet<string>> {
    const known = this.idsOf(await this.definitions.current());
    const isStrange = measures.some((slo) => !known.has(slo)) || buckets.some(({ slo }) => !known.has(slo));
    return isStrange ? this.idsOf(await this.definitions.current(MAX_STALE_MS)) : known;
  }

  private idsOf(definitions: readonly CurrentDefinition[]): ReadonlySet<string> {
    if (this.ids?.of !== definitions) this.ids = { of: definitions, set: new Set(definitions.map(({ id }) => id)) };
    return this.ids.set;
  }
}

function toSnapshot(report: SloReport): Snapshot {
  // Field by field: a rest of each bucket takes as long as admitting it.
  const buckets = report.buckets.map(({ slo, dims, t, widthMs, good, excluded, bad, total }): SnapshotBucket => {
    if (bad !== undefined) return { slo, dims, t, widthMs, good, excluded, bad };
    // Neither is a claim that cannot be read.
    return { slo, dims, t, widthMs, good, excluded, total: total ?? Number.NaN };
  });
  return { ...report, buckets };
}
