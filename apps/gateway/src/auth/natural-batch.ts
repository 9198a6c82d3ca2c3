import { AppError } from '@holdfast/contracts';

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

export interface NaturalBatchLimits {
  readonly maxBatch: number;
  /** More waiting items than this are refused as `busy`. */
  readonly maxWaiting: number;
}

/**
 * Groups calls without a timer: one batch is in flight, and what arrived meanwhile is the next one. At low load a call
 * goes out at once and alone.
 */
export class NaturalBatch<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private running = false;

  constructor(
    /** Answers every item, in order. */
    private readonly run: (items: readonly T[]) => Promise<readonly R[]>,
    private readonly limits: NaturalBatchLimits,
  ) {}

  /** @throws AppError `busy` if too many wait; else what `run` throws for the batch. */
  add(item: T): Promise<R> {
    if (this.waiting.length >= this.limits.maxWaiting) {
      return Promise.reject(new AppError('busy', 'too many requests wait', { retryAfterMs: 500 }));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, this.limits.maxBatch);
      this.waiting = this.waiting.slice(batch.length);
      try {
        const results = await this.run(batch.map(({ item }) => item));
        batch.forEach(({ resolve, reject }, index) => {
          const result = results[index];
          if (result === undefined) reject(new AppError('internal', 'a batch left an item without an answer'));
          else resolve(result);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }
}
