import { AppError } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';

export interface BatcherOptions<I, O> {
  /** What it collects; a label of its metrics. */
  readonly name: string;
  /** Answers all items of a batch, in their order. */
  readonly run: (items: readonly I[]) => Promise<readonly O[]>;
  /** Most items of one batch. */
  readonly maxBatch: number;
  /** Most batches at once. */
  readonly maxInFlight: number;
  /** Most items that wait; beyond it `submit` refuses. */
  readonly maxWaiting: number;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (outcome: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Pause after a batch for each other item of the last second or so, in ms: a lone one waits for nobody, a crowd gathers. */
const PAUSE_PER_ITEM_MS = 4;

/** Longest pause between the starts of two batches that does not depend on who else arrives, in ms. */
const MAX_PAUSE_MS = 250;

/** Waiting items above which it is a crowd, whose next batch gathers for as long as it keeps arriving. */
const CROWD = 200;

/** Longest pause between the starts of two batches of a crowd, in ms; longer only while a database is slower than this. */
const MAX_CROWD_PAUSE_MS = 600;

/** Longest pause that a slow database asks for, in ms. */
const MAX_YIELD_MS = 1_500;

/** A crowd from which nobody came for this long, in ms, has arrived. */
const ARRIVED_AFTER_MS = 25;

/**
 * A batch that fails after this long got no answer, and takes what waits along, in ms. Together with the deadline of a
 * call, 2.5 s by default, it stays below 3 s: what waits behind a batch that fails sooner is refused by then.
 */
const STUCK_MS = 400;

/** How long an item counts as recent, in ms; it fades. */
const RECENT_MS = 1_000;

/**
 * Natural batching: an item that finds a free slot goes at once, and what arrives while all slots are taken is the next
 * batch. The more items there were lately, the longer the next batch gathers, so that the number of batches grows with
 * the time that a crowd takes to arrive and not with its size or the speed of the database; a database that is slow while
 * a crowd is there gets fewer and larger ones. A batch of a crowd goes once nobody comes any more: until then this process
 * is busy with those who come, and afterwards a wait would be for nothing. A full batch never waits. What waits while a
 * database does not answer is refused with the batch that finds this out, rather than wait as long again.
 */
export class NaturalBatcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private inFlight = 0;
  private scheduled = false;
  private timer: NodeJS.Timeout | undefined;
  private recent = { items: 0, at: -Infinity };
  /** Time that the last batch took, in ms. */
  private tookMs = 0;
  /** When the last item came. */
  private cameAt = -Infinity;

  constructor(private readonly options: BatcherOptions<I, O>) {}

  /**
   * Answers one item, together with others.
   * @throws what `run` throws, or AppError `busy` when too many wait
   */
  submit(item: I): Promise<O> {
    if (this.waiting.length >= this.options.maxWaiting) {
      return Promise.reject(new AppError('busy', 'Too many requests wait for the database.', { retryAfterMs: 1_000 }));
    }
    this.cameAt = performance.now();
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Everything that one turn of the event loop submits shares a batch. */
  private schedule(): void {
    const { maxInFlight, name } = this.options;
    metrics.gauge('holdfast_batch_waiting').set({ batch: name }, this.waiting.length);
    if (this.scheduled || this.inFlight >= maxInFlight || this.waiting.length === 0) return;
    const pauseMs = this.pauseMs();
    if (pauseMs > 0) {
      this.timer ??= setTimeout(() => {
        // After whoever has come while this process was busy was heard.
        setImmediate(() => {
          this.timer = undefined;
          this.schedule();
        });
      }, pauseMs);
      return;
    }
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      const batch = this.waiting.splice(0, this.options.maxBatch);
      // They may just have been refused along with another batch.
      if (batch.length > 0) void this.flush(batch);
      this.schedule();
    });
  }

  private pauseMs(): number {
    if (this.waiting.length >= this.options.maxBatch) return 0;
    const { at } = this.recent;
    const items = this.recent.items + this.waiting.length - 1;
    const now = performance.now();
    const gatherMs = at + Math.min(MAX_PAUSE_MS, PAUSE_PER_ITEM_MS * items) - now;
    if (gatherMs > 0 || this.waiting.length <= CROWD) return gatherMs;
    const longestMs = Math.max(MAX_CROWD_PAUSE_MS, Math.min(MAX_YIELD_MS, this.tookMs));
    return Math.min(at + longestMs, this.cameAt + ARRIVED_AFTER_MS) - now;
  }

  private remember(items: number): void {
    const now = performance.now();
    const faded = this.recent.items * Math.exp((this.recent.at - now) / RECENT_MS);
    this.recent = { items: faded + items, at: now };
  }

  private async flush(batch: readonly Waiting<I, O>[]): Promise<void> {
    this.inFlight++;
    this.remember(batch.length);
    const startedAt = performance.now();
    metrics.histogram('holdfast_batch_items').observe({ batch: this.options.name }, batch.length);
    try {
      const outcomes = await this.options.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new RangeError('a batch was answered with too few outcomes'));
        else resolve(outcome);
      });
    } catch (error) {
      const isStuck = isUnavailable(error) && performance.now() - startedAt >= STUCK_MS;
      for (const { reject } of isStuck ? [...batch, ...this.waiting.splice(0)] : batch) reject(error);
    } finally {
      this.tookMs = performance.now() - startedAt;
      this.inFlight--;
      this.schedule();
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable';
}
