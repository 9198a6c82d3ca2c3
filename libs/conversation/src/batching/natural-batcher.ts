import { AppError } from '@holdfast/contracts';

export interface BatcherOptions<I, O> {
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

/**
 * Natural batching: an item that finds a free slot goes at once, and what arrives while all slots are taken is the next
 * batch. No timer, so that it costs nothing at low load.
 */
export class NaturalBatcher<I, O> {
  private readonly waiting: Waiting<I, O>[] = [];
  private inFlight = 0;
  private scheduled = false;

  constructor(private readonly options: BatcherOptions<I, O>) {}

  /**
   * Answers one item, together with others.
   * @throws what `run` throws, or AppError `busy` when too many wait
   */
  submit(item: I): Promise<O> {
    if (this.waiting.length >= this.options.maxWaiting) {
      return Promise.reject(new AppError('busy', 'Too many requests wait for the database.', { retryAfterMs: 1_000 }));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Everything that one turn of the event loop submits shares a batch. */
  private schedule(): void {
    if (this.scheduled || this.inFlight >= this.options.maxInFlight || this.waiting.length === 0) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      void this.flush(this.waiting.splice(0, this.options.maxBatch));
      this.schedule();
    });
  }

  private async flush(batch: readonly Waiting<I, O>[]): Promise<void> {
    this.inFlight++;
    try {
      const outcomes = await this.options.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome === undefined) reject(new RangeError('a batch was answered with too few outcomes'));
        else resolve(outcome);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.inFlight--;
      this.schedule();
    }
  }
}
