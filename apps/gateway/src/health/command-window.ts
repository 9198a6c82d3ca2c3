/** Length of the window, in seconds. */
const SECONDS = 60;

/** Upper ends of the buckets of durations, in ms; the last one is open. */
const BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const;

interface Second {
  /** Second since the start of the process's clock; -1 before its first use. */
  at: number;
  total: number;
  failed: number;
  readonly durations: number[];
}

/** The commands of the last minute. */
export interface CommandSummary {
  readonly total: number;
  readonly failed: number;
  /** Upper end of the bucket that the 95th percentile falls into, in ms; 0 without a command. */
  readonly p95Ms: number;
}

/** Counts commands over a sliding minute in constant memory. */
export class CommandWindow {
  private readonly seconds: Second[] = Array.from({ length: SECONDS }, () => ({
    at: -1,
    total: 0,
    failed: 0,
    durations: BOUNDS_MS.map(() => 0).concat(0),
  }));

  /** @param now in ms, of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** One command more. `failed` means that the fault was ours, not the caller's. */
  record(failed: boolean, durationMs: number): void {
    const at = this.second();
    const entry = this.seconds[at % SECONDS];
    if (entry === undefined) return;
    if (entry.at !== at) {
      entry.at = at;
      entry.total = 0;
      entry.failed = 0;
      entry.durations.fill(0);
    }
    entry.total += 1;
    if (failed) entry.failed += 1;
    const found = BOUNDS_MS.findIndex((bound) => durationMs <= bound);
    const bucket = found < 0 ? BOUNDS_MS.length : found;
    entry.durations[bucket] = (entry.durations[bucket] ?? 0) + 1;
  }

  summary(): CommandSummary {
    const since = this.second() - SECONDS;
    const recent = this.seconds.filter(({ at }) => at > since);
    const total = recent.reduce((sum, entry) => sum + entry.total, 0);
    const failed = recent.reduce((sum, entry) => sum + entry.failed, 0);
    let rest = Math.ceil(total * 0.95);
    if (rest === 0) return { total, failed, p95Ms: 0 };
    for (const [index, bound] of BOUNDS_MS.entries()) {
      rest -= recent.reduce((sum, { durations }) => sum + (durations[index] ?? 0), 0);
      if (rest <= 0) return { total, failed, p95Ms: bound };
    }
    return { total, failed, p95Ms: Infinity };
  }

  private second(): number {
    return Math.floor(this.now() / 1_000);
  }
}
