import {
  BUILD_VERSION,
  CLIENT_ERROR_LIMITS,
  ClientErrorReport,
  type Breadcrumb,
  type ErrorLevel,
} from '@holdfast/contracts';
import { backoffDelay, REPORT_BACKOFF } from '../support/backoff.js';
import { systemClock, type Cancel, type Clock } from '../support/clock.js';
import { newId } from '../support/new-id.js';
import { describeError, reportText } from './describe-error.js';
import { addReport, nextBatch, withinBounds, type Reports } from './report-queue.js';
import type { ReportStorage } from './report-storage.port.js';

/** A fault to report. */
export interface Fault {
  readonly error: unknown;
  readonly level: ErrorLevel;
  readonly kind: ClientErrorReport['kind'];
  /** Equal for the same fault at the same place. */
  readonly fingerprint: string;
  readonly componentStack?: string;
}

/** What was going on, asked at each fault. */
export interface FaultContext {
  readonly connection: string;
  readonly outboxSize: number;
  readonly threadId: string | null;
  readonly lastSeq: number | null;
  /** Of the last answer, as the server's logs name it. */
  readonly traceId?: string;
}

export interface ErrorReporterOptions {
  /** Where reports go, such as `/api/client-errors`. */
  readonly url: string;
  readonly storage: ReportStorage;
  /** Version of the page; by default that of this library. */
  readonly release?: string;
  /** Route template of the page now, without ids. */
  readonly route?: () => string;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  /** Hands over a body that outlives the page; `navigator.sendBeacon`. */
  readonly beacon?: (url: string, body: Blob) => boolean;
}

const DEADLINE_MS = 10_000;
/** Faults come in crowds: one request for what happens within this time, ms. */
const SETTLE_MS = 1_000;
const NOWHERE: FaultContext = { connection: 'none', outboxSize: 0, threadId: null, lastSeq: null };

/**
 * Brings faults to the server: stored first, then sent in batches, again and again with growing waits, each counted there
 * once. It reports what, where and in which state, never what a person wrote; and never a fault of its own.
 */
export class ErrorReporter {
  readonly #o: ErrorReporterOptions;
  readonly #clock: Clock;
  #reports: Reports = [];
  #dropped = 0;
  #breadcrumbs: readonly Breadcrumb[] = [];
  #context: () => FaultContext = () => NOWHERE;
  /** React, and then the window, may tell of the same thrown value. */
  readonly #seen = new WeakMap<object, string>();
  #underWay: ReadonlySet<string> = new Set();
  #failures = 0;
  #timer: Cancel | null = null;

  constructor(options: ErrorReporterOptions) {
    this.#o = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Takes over what an earlier page could not deliver. */
  async start(): Promise<void> {
    try {
      const kept = await this.#o.storage.load();
      const known = new Set(this.#reports.map(({ id }) => id));
      this.#reports = [...kept.filter(({ id }) => !known.has(id)), ...this.#reports];
      this.#bound();
    } catch {
      // Without storage, reports live as long as the page.
    }
    if (this.#reports.length > 0) this.#schedule(SETTLE_MS);
  }

  /** Asks at each fault what was going on. */
  setContext(context: () => FaultContext): void {
    this.#context = context;
  }

  /** Remembers a step that led here. `what` is fixed words or an id, never what a person wrote. */
  note(kind: string, what: string): void {
    const at = new Date(this.#clock.now()).toISOString();
    const crumb = { at, kind: reportText(kind, 32) || 'step', what: reportText(what, 128) };
    this.#breadcrumbs = [...this.#breadcrumbs, crumb].slice(-CLIENT_ERROR_LIMITS.breadcrumbs);
  }

  /** Returns the fingerprint under which the fault is known on the server: that of its first report. */
  report(fault: Fault): string {
    const { error, fingerprint } = fault;
    try {
      if (typeof error === 'object' && error !== null) {
        const known = this.#seen.get(error);
        if (known !== undefined) return known;
        this.#seen.set(error, fingerprint);
      }
      const { reports, changed } = addReport(this.#reports, this.#describe(fault), (id) => this.#underWay.has(id));
      this.#reports = reports;
      this.#bound();
      // A crowd of the same fault is one row; its count is stored when it could not be sent.
      if (changed.count === 1) this.#store(changed);
      this.#schedule(SETTLE_MS);
    } catch {
      // A fault of the reporter must not become another fault.
    }
    return fingerprint;
  }

  /** The page may end now: what waits is handed to the browser. The server takes each report once, however often it comes. */
  onHide(): void {
    const batch = nextBatch(this.#reports);
    if (batch.length === 0 || this.#o.beacon === undefined) return;
    const body = new Blob([this.#body(batch)], { type: 'application/json' });
    try {
      // Accepted is not delivered: the rows stay until a request was answered.
      this.#o.beacon(this.#o.url, body);
    } catch {
      // The next page sends them.
    }
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #describe({ error, level, kind, fingerprint, componentStack }: Fault): ClientErrorReport {
    return ClientErrorReport.parse({
      id: newId(this.#clock.now()),
      at: new Date(this.#clock.now()).toISOString(),
      fingerprint: fingerprint.replace(/[^\w:.-]/g, '_').slice(0, 128),
      level,
      kind,
      ...describeError(error),
      componentStack: reportText(componentStack ?? '', 2_000),
      count: 1,
      release: this.#o.release ?? BUILD_VERSION,
      route: reportText(this.#o.route?.() ?? '', 128),
      ...this.#context(),
      breadcrumbs: this.#breadcrumbs,
    });
  }

  #bound(): void {
    const kept = withinBounds(this.#reports, this.#clock.now());
    const ids = new Set(kept.map(({ id }) => id));
    for (const { id } of this.#reports) if (!ids.has(id)) this.#forget(id);
    this.#dropped += this.#reports.length - kept.length;
    this.#reports = kept;
  }

  #store(report: ClientErrorReport): void {
    this.#o.storage.put(report).catch(() => undefined);
  }

  #forget(id: string): void {
    this.#o.storage.remove(id).catch(() => undefined);
  }

  #schedule(ms: number): void {
    this.#timer ??= this.#clock.after(ms, () => {
      this.#timer = null;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = nextBatch(this.#reports);
    if (batch.length === 0 || this.#underWay.size > 0) return;
    this.#underWay = new Set(batch.map(({ id }) => id));
    const dropped = this.#dropped;
    const verdict = await this.#send(batch);
    this.#underWay = new Set();
    if (verdict.done) {
      const ids = new Set(batch.map(({ id }) => id));
      this.#reports = this.#reports.filter(({ id }) => !ids.has(id));
      for (const id of ids) this.#forget(id);
      this.#dropped -= dropped;
      this.#failures = 0;
    } else {
      this.#failures += 1;
      for (const report of batch) this.#store(report);
    }
    if (this.#reports.length === 0) return;
    const wait = backoffDelay(REPORT_BACKOFF, this.#failures, this.#o.random ?? Math.random);
    this.#schedule(verdict.done ? SETTLE_MS : Math.max(verdict.retryAfterMs, wait));
  }

  async #send(batch: Reports): Promise<{ readonly done: boolean; readonly retryAfterMs: number }> {
    try {
      const response = await (this.#o.fetch ?? fetch)(this.#o.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: this.#body(batch),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const { ok, status } = response;
      // What the server will never take is not sent again.
      const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
      return { done: ok || isRefused, retryAfterMs: Number.isFinite(retryAfterMs) ? retryAfterMs : 0 };
    } catch {
      return { done: false, retryAfterMs: 0 };
    }
  }

  #body(batch: Reports): string {
    return JSON.stringify({ reports: batch, dropped: this.#dropped });
  }
}
