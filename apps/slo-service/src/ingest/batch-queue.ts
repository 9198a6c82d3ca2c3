import { AppError } from '@holdfast/contracts';

export interface BatchOptions<T, R> {
  /** Does the work of a batch: one outcome for each item, in their order. */
  readonly work: (items: readonly T[]) => Promise<readonly R[]>;
  /** Of two items with the same key the second waits until the first is done. */
  readonly keyOf: (item: T) => string;
  readonly weightOf: (item: T) => number;
  /** Most that a batch may weigh, unless a single item does. */
  readonly maxWeight: number;
  /** Most that may wait. */
  readonly maxWaiting: number;
  /** Longest wait in ms; past it whoever asked has given up. */
  readonly maxWaitMs: number;
  /** Told about each change of what waits. */
  readonly onWaiting: (weight: number) => void;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly key: string;
  readonly weight: number;
  readonly endsAt: number;
  readonly resolve: (outcome: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Batches at a time: the second one only when a full one waits, because the larger a batch is the less an item costs. */
const MAX_RUNNING = 2;

/**
 * Batches that form by themselves: while one is worked on, the next gathers. Without load an item waits for nothing.
 */
export class BatchQueue<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private weight = 0;
  private running = 0;
  /** Of the items that are worked on. */
  private readonly busy = new Set<string>();

  constructor(private readonly options: BatchOptions<T, R>) {}

  /**
   * Resolves once the item's batch is done.
   * @throws AppError `unavailable` if too much waits, or it waited too long
   */
  async add(item: T): Promise<R> {
    const { keyOf, weightOf, maxWaiting, maxWaitMs } = this.options;
    const weight = weightOf(item);
    if (this.weight + weight > maxWaiting) throw tooMuch();
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ item, key: keyOf(item), weight, endsAt: performance.now() + maxWaitMs, resolve, reject });
      this.count(weight);
      // What arrives together is taken together.
      setImmediate(() => {
        this.start();
      });
    });
  }

  private start(): void {
    while (this.running < MAX_RUNNING && (this.running === 0 || this.weight >= this.options.maxWeight)) {
      const batch = this.pick();
      if (batch.length === 0) return;
      void this.run(batch);
    }
  }

  private pick(): Waiting<T, R>[] {
    const now = performance.now();
    const batch: Waiting<T, R>[] = [];
    const left: Waiting<T, R>[] = [];
    let weight = 0;
    let isFull = false;
    for (const each of this.waiting) {
      isFull ||= batch.length > 0 && weight + each.weight > this.options.maxWeight;
      if (each.endsAt <= now) {
        this.count(-each.weight);
        each.reject(tooMuch());
      } else if (isFull || this.busy.has(each.key)) left.push(each);
      else {
        batch.push(each);
        weight += each.weight;
        this.busy.add(each.key);
      }
    }
    this.waiting = left;
    this.count(-weight);
    return batch;
  }

  private async run(batch: readonly Waiting<T, R>[]): Promise<void> {
    this.running += 1;
    try {
      await this.work(batch);
    } finally {
      this.running -= 1;
      for (const { key } of batch) this.busy.delete(key);
      this.start();
    }
  }

  private async work(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const outcomes = await this.options.work(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(outcomes[index] as R);
      });
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'unavailable';
      // One that fails must not keep the others from it.
      if (batch.length > 1 && !isAway) for (const each of batch) await this.work([each]);
      else for (const { reject } of batch) reject(error);
    }
  }

  private count(weight: number): void {
    this.weight += weight;
    this.options.onWaiting(this.weight);
  }
}

function tooMuch(): AppError {
  return new AppError('unavailable', 'Too many reports wait to be taken.', { retryAfterMs: 1_000 });
}
