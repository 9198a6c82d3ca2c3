import { setTimeout as sleep } from 'node:timers/promises';

const JITTER = 0.5;

/** Spreads work over time at a mean rate, unevenly as a model does; falling behind is caught up without waiting. */
export class Pacer {
  private dueAt = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Waits until the next piece is due; the first is due at once. Rejects when the signal fires. */
  async next(): Promise<void> {
    const wait = this.dueAt - performance.now();
    this.dueAt += (1_000 / this.perSecond) * (1 - JITTER + Math.random() * 2 * JITTER);
    if (wait >= 1) await sleep(wait, undefined, { signal: this.signal });
    this.signal.throwIfAborted();
  }
}
