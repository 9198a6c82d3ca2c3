import { joinParts, partsLength, type Part } from '@holdfast/contracts';

/** Output on its way into Postgres. */
export interface Batch {
  readonly off: number;
  readonly parts: readonly Part[];
}

/**
 * Output of one run between its agent and Postgres. What is taken stays the same batch at the same offset until it is
 * settled, so that a write whose reply was lost is repeated exactly. Writers wait while more than `bound` units are not
 * committed: a database that stalls slows the agent down and costs no memory.
 */
export class RunOutput {
  private pending: Part[] = [];
  private inFlight: readonly Part[] = [];
  private waiters: (() => void)[] = [];
  private sealed = false;

  /**
   * @param committed length that is in Postgres, in offset units
   * @param bound most units that may wait
   */
  constructor(
    private committed: number,
    private readonly bound: number,
  ) {}

  /** Committed length, in offset units. */
  get length(): number {
    return this.committed;
  }

  /** Committed and waiting, in offset units. */
  get total(): number {
    return this.committed + this.waiting;
  }

  private get waiting(): number {
    return partsLength(this.inFlight) + partsLength(this.pending);
  }

  /** Adds output, once there is room. Rejects with the reason of `signal`. */
  async write(parts: readonly Part[], signal: AbortSignal): Promise<void> {
    await this.until(() => this.waiting < this.bound, signal);
    if (!this.sealed) this.pending = joinParts(this.pending, parts);
  }

  /** The batch to commit next, the same one until {@link settle}; undefined if there is none. */
  take(): Batch | undefined {
    if (this.inFlight.length === 0) {
      this.inFlight = this.pending;
      this.pending = [];
    }
    return this.inFlight.length === 0 ? undefined : { off: this.committed, parts: this.inFlight };
  }

  /** The taken batch is committed. */
  settle(): void {
    this.committed += partsLength(this.inFlight);
    this.inFlight = [];
    this.wake();
  }

  /**
   * Ends the output: what was never taken is dropped, later writes too. @returns the batch whose fate is not known, for
   * the end of the run to settle; without parts if there is none.
   */
  seal(): Batch {
    this.sealed = true;
    this.pending = [];
    return { off: this.committed, parts: this.inFlight };
  }

  /** Resolves when everything written is committed. Rejects with the reason of `signal`. */
  drained(signal: AbortSignal): Promise<void> {
    return this.until(() => this.waiting === 0, signal);
  }

  private async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const wake = (): void => {
      this.wake();
    };
    signal.addEventListener('abort', wake, { once: true });
    try {
      signal.throwIfAborted();
      while (!condition()) {
        await new Promise<void>((resolve) => this.waiters.push(resolve));
        signal.throwIfAborted();
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
