import { DOWN_AFTER, foldSample, PENDING, type Streak } from './fold-sample.js';
import type { HealthCheckFn, HealthReport, HealthSnapshot } from './health-state.js';

/** While a failure is not confirmed, samples follow each other faster, in ms. */
const CONFIRM_MS = 1_000;

/** While a check is down, its return is looked for at least this often, in ms. */
const DOWN_INTERVAL_MS = 5_000;

/** Intervals without a sample after which the last one says nothing any more. */
const STALE_INTERVALS = 3;

const JITTER = 0.2;

export interface SamplerOptions {
  readonly check: HealthCheckFn;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Called after each sample, before the next one is planned. */
  readonly onSample: (before: HealthSnapshot, after: HealthSnapshot) => void;
}

/**
 * Asks one dependency in the background, so that whoever reads {@link snapshot} waits for nothing. A check that does
 * not answer in time counts as failed and is not asked again until it has answered.
 */
export class Sampler {
  private streak: Streak = PENDING;
  private observedAt: number | undefined;
  private latencyMs = 0;
  private busy = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> | undefined;

  constructor(private readonly options: SamplerOptions) {}

  start(): void {
    void this.refresh();
  }

  /** No further samples; one in flight ends unheard. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Samples once more now, or waits for the sample in flight; bounded by the timeout. */
  refresh(): Promise<void> {
    clearTimeout(this.timer);
    return (this.inFlight ??= this.sample().finally(() => {
      this.inFlight = undefined;
    }));
  }

  /** What is known now. */
  snapshot(): HealthSnapshot {
    const { state, reason, facts, failures } = this.streak;
    const { intervalMs, timeoutMs } = this.options;
    const age = this.observedAt === undefined ? 0 : Date.now() - this.observedAt;
    const stale = age > STALE_INTERVALS * intervalMs + timeoutMs;
    const shown: HealthReport =
      stale && state === 'up'
        ? { state: 'degraded', reason: 'stale' }
        : { state, ...(reason && { reason }), ...(facts && { facts }) };
    return {
      ...shown,
      latencyMs: this.latencyMs,
      consecutiveFailures: failures,
      ...(this.observedAt === undefined ? {} : { observedAt: new Date(this.observedAt).toISOString() }),
    };
  }

  private async sample(): Promise<void> {
    const startedAt = performance.now();
    const outcome: HealthReport = this.busy ? { state: 'down', reason: 'timeout' } : await this.ask();
    if (this.stopped) return;
    const before = this.snapshot();
    this.latencyMs = Math.round(performance.now() - startedAt);
    this.observedAt = Date.now();
    this.streak = foldSample(this.streak, outcome);
    this.options.onSample(before, this.snapshot());
    this.plan();
  }

  private async ask(): Promise<HealthReport> {
    this.busy = true;
    const answer = Promise.resolve()
      .then(this.options.check)
      .then((found): HealthReport => (typeof found === 'string' ? { state: found } : found))
      .catch((): HealthReport => ({ state: 'down', reason: 'failed' }))
      .finally(() => {
        this.busy = false;
      });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<HealthReport>((resolve) => {
      timer = setTimeout(resolve, this.options.timeoutMs, { state: 'down', reason: 'timeout' });
      timer.unref();
    });
    const first = await Promise.race([answer, timeout]);
    clearTimeout(timer);
    return first;
  }

  private plan(): void {
    const { intervalMs } = this.options;
    const { failures, successes } = this.streak;
    const isConfirmed = failures >= DOWN_AFTER && successes === 0;
    const pause = failures === 0 ? intervalMs : Math.min(isConfirmed ? DOWN_INTERVAL_MS : CONFIRM_MS, intervalMs);
    this.timer = setTimeout(() => void this.refresh(), pause * (1 - JITTER + 2 * JITTER * Math.random()));
    this.timer.unref();
  }
}
