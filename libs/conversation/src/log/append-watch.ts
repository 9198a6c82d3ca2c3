import type { AppendClock } from './append-clock.js';

/** Looks after entries that are due, while there are any. It holds none of them: most are answered long before. */
export class AppendWatch {
  private running = false;

  /** `look` sees to what is due and tells in how many ms something else will be; undefined if nothing waits. */
  constructor(
    private readonly clock: AppendClock,
    private readonly look: () => number | undefined,
  ) {}

  /** Something will be due in `ms`, and nothing that is not looked after already will be before it. */
  start(ms: number): void {
    if (this.running) return;
    this.running = true;
    void this.run(ms);
  }

  private async run(ms: number): Promise<void> {
    for (let wait: number | undefined = ms; wait !== undefined; wait = this.look()) await this.clock.delay(wait);
    this.running = false;
  }
}
