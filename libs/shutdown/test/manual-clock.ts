import type { Clock } from '../src/run/clock.js';

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  private time = 0;
  private readonly timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.time + ms, fn };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Moves time on by `ms`, firing what is due in its order. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.time = next.at;
      this.timers.delete(next);
      next.fn();
      await settle();
    }
    this.time = end;
  }

  get pending(): number {
    return this.timers.size;
  }
}
