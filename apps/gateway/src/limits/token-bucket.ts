export interface BucketOptions {
  readonly perSecond: number;
  /** Tokens of a rested bucket. */
  readonly burst: number;
}

export type MonotonicClock = () => number;

/** Admits `perSecond` on average, and up to `burst` at once after a rest. */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(
    private readonly options: BucketOptions,
    private readonly now: MonotonicClock = () => performance.now(),
  ) {
    this.tokens = options.burst;
    this.at = now();
  }

  /**
   * Takes `cost` tokens; 0 = taken, else nothing was taken and the result is the time in ms until there are enough. A
   * cost above the burst counts as the burst, so that waiting always helps.
   */
  take(cost = 1): number {
    const { perSecond, burst } = this.options;
    const now = this.now();
    this.tokens = Math.min(burst, this.tokens + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
    const missing = Math.min(cost, burst) - this.tokens;
    if (missing > 0) return Math.ceil((missing / perSecond) * 1_000);
    this.tokens -= Math.min(cost, burst);
    return 0;
  }
}
