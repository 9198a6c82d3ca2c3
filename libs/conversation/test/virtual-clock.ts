import type { AppendClock } from '../src/log/append-clock.js';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** A turn of the event loop: whatever was settled has been heard. */
export const turn = () => new Promise(setImmediate);

/** Time that passes only when a test says so, and stands still at each moment for which somebody waits. */
export class VirtualClock implements AppendClock {
  private time = 0;
  private timers: Timer[] = [];

  /** `isBusy`: something that takes no time is still under way. */
  constructor(private readonly isBusy: () => boolean = () => false) {}

  now(): number {
    return this.time;
  }

  delay(ms: number): Promise<void> {
    return new Promise((ring) => {
      this.timers.push({ at: this.time + ms, ring });
    });
  }

  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    await this.quiet();
    for (let next = this.first(); next !== undefined && next.at <= until; next = this.first()) {
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = next.at;
      next.ring();
      await this.quiet();
    }
    this.time = until;
  }

  /** Lets time pass until nobody waits for it any more. */
  async passAll(): Promise<void> {
    await this.quiet();
    for (let next = this.first(); next !== undefined; next = this.first()) await this.pass(next.at - this.time);
  }

  private first(): Timer | undefined {
    return this.timers.reduce<Timer | undefined>(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );
  }

  private async quiet(): Promise<void> {
    do await turn();
    while (this.isBusy());
  }
}
