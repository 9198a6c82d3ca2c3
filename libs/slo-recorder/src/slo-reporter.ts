import type { SloReport } from '@holdfast/contracts';
import { metrics, newInstanceId, type Logger } from '@holdfast/observability';
import type { RpcClient } from '@holdfast/redis';
import { BucketStore, type Outgoing } from './bucket-store.js';
import type { SloRecorder } from './slo-recorder.js';

/** Who reports. */
export interface Reporter {
  readonly region: string;
  /** Instance id. */
  readonly source: string;
}

export interface ReporterDeps {
  readonly recorder: SloRecorder;
  readonly rpc: Pick<RpcClient, 'call'>;
  readonly logger: Logger;
  /** Ms since the Unix epoch. */
  readonly now?: () => number;
}

/** How often counts are taken over and deadlines looked at, in ms. */
const TICK_MS = 250;
/** Between two reports with news, in ms: what a kill can cost. */
const REPORT_EVERY_MS = 1_000;
/** Between two reports without, in ms: says that nothing happened. */
const HEARTBEAT_MS = 10_000;
const CALL_TIMEOUT_MS = 4_000;
const MAX_BACKOFF_MS = 10_000;
/** Goodbye to a service that is not there, in ms. */
const HOPELESS_MS = 250;
/** Buckets of one report. */
const MAX_BUCKETS = 1_000;

/** Takes the counts of a recorder to the SLO service, until it has confirmed them. Never throws. */
export class SloReporter {
  private readonly buckets = new BucketStore();
  private timer: NodeJS.Timeout | undefined;
  private epoch = newInstanceId('epoch');
  private seq = 0;
  private offsetMs = 0;
  private failures = 0;
  private nextAt = 0;
  private lost = 0;
  /** When the service last confirmed something, in ms; before the first time long ago. */
  private heardAt = Number.NEGATIVE_INFINITY;
  private sending: Promise<boolean> | undefined;

  constructor(
    private readonly reporter: Reporter,
    private readonly deps: ReporterDeps,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.timer.unref();
  }

  /** Reports what is left and says goodbye, within `budgetMs`. @returns whether the service has everything */
  async stop(budgetMs: number): Promise<boolean> {
    clearInterval(this.timer);
    // A service that has not answered of late will hardly do so now.
    const isThere = this.heardAt + HEARTBEAT_MS * 1.5 > performance.now();
    const endsAt = performance.now() + (isThere ? budgetMs : Math.min(budgetMs, HOPELESS_MS));
    // A report on its way may take longer than there is time; what it carries is not yet confirmed, and goes again.
    this.collect();
    for (;;) {
      const left = endsAt - performance.now();
      if (left <= 0) return false;
      const outgoing = this.buckets.unconfirmed(MAX_BUCKETS);
      const isLast = outgoing.length < MAX_BUCKETS;
      const isSent = await this.send(outgoing, isLast, Math.min(left, CALL_TIMEOUT_MS));
      if (isSent && isLast) return true;
      // A refusal comes at once; the service may be restarting.
      if (!isSent) await new Promise((resolve) => setTimeout(resolve, Math.min(100, left)));
    }
  }

  private now(): number {
    return (this.deps.now?.() ?? Date.now()) - this.offsetMs;
  }

  private tick(): void {
    this.collect();
    const now = performance.now();
    if (this.sending !== undefined || now < this.nextAt) return;
    const outgoing = this.buckets.unconfirmed(MAX_BUCKETS);
    if (outgoing.length === 0 && this.failures === 0 && now < this.heardAt + HEARTBEAT_MS) return;
    this.sending = this.send(outgoing, false, CALL_TIMEOUT_MS).then((isSent) => {
      this.sending = undefined;
      this.failures = isSent ? 0 : this.failures + 1;
      const backoffMs =
        Math.min(MAX_BACKOFF_MS, REPORT_EVERY_MS * 2 ** (this.failures - 1)) * (0.5 + Math.random() / 2);
      this.nextAt = performance.now() + (isSent ? REPORT_EVERY_MS : backoffMs);
      return isSent;
    });
  }

  /** Takes the recorder's counts over. They belong to the bucket of this moment, at most a tick late. */
  private collect(): void {
    const { recorder } = this.deps;
    recorder.sweep();
    const now = this.now();
    const events = metrics.counter('slo_events_total');
    // A series that is there and does not grow says that nothing happened; one that is not there, that nobody measures.
    for (const slo of recorder.measures) events.inc({ slo, result: 'good' }, 0);
    recorder.drain((slot) => {
      this.buckets.add(slot, now, slot);
      for (const result of ['good', 'bad', 'excluded'] as const) {
        if (slot[result] > 0) events.inc({ slo: slot.slo, result }, slot[result]);
      }
    });
    metrics.gauge('holdfast_slo_buckets').set(this.buckets.size);
    metrics.gauge('holdfast_slo_watched').set(recorder.watched);
    metrics.counter('holdfast_slo_lost_total').inc(this.buckets.lost - this.lost);
    this.lost = this.buckets.lost;
  }

  private async send(outgoing: readonly Outgoing[], isLast: boolean, timeoutMs: number): Promise<boolean> {
    const { recorder, rpc, logger } = this.deps;
    this.seq += 1;
    const report: SloReport = {
      ...this.reporter,
      epoch: this.epoch,
      seq: this.seq,
      sentAt: this.now(),
      isLast,
      measures: recorder.measures.slice(0, 100),
      buckets: outgoing.map(({ bucket }) => ({ ...bucket, dims: { ...bucket.dims } })),
    };
    try {
      const { skewMs, refused } = await rpc.call('slo.report', report, { timeoutMs });
      for (const [code, count] of Object.entries(refused))
        metrics.counter('holdfast_slo_refused_total').inc({ code }, count);
      if (Object.hasOwn(refused, 'clock_skew')) {
        this.correctClock(skewMs);
        return false;
      }
      this.heardAt = performance.now();
      this.buckets.confirm(outgoing, this.now());
      return true;
    } catch (error) {
      if (this.failures === 0) logger.warn({ err: error }, 'slo report not taken; will try again');
      return false;
    }
  }

  /** Our clock is off: nothing under this epoch's times was taken, so that all of it may move. */
  private correctClock(skewMs: number): void {
    this.deps.logger.warn({ skewMs }, 'the clock is off; slo reports are corrected by it');
    this.offsetMs += Math.round(skewMs);
    this.buckets.rebase(-Math.round(skewMs));
    this.epoch = newInstanceId('epoch');
    this.seq = 0;
  }
}
