/**
 * Whether Postgres has answered without a break for a full lease. Only then may a worker take runs whose lease expired:
 * after an outage every owner gets the time to renew first.
 */
export class Reachability {
  private since = Infinity;
  private answeredAt = -Infinity;

  constructor(
    private readonly leaseMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  answered(): void {
    const now = this.now();
    // A silence as long as a lease proves nothing about what happened meanwhile.
    if (now - this.answeredAt > this.leaseMs) this.since = now;
    this.answeredAt = now;
  }

  failed(): void {
    this.since = Infinity;
    this.answeredAt = -Infinity;
  }

  /** Time until {@link maySteal} if the answers go on, in ms. */
  get stealInMs(): number {
    return Math.max(0, this.leaseMs - (this.now() - this.since));
  }

  get maySteal(): boolean {
    const now = this.now();
    return now - this.since >= this.leaseMs && now - this.answeredAt <= this.leaseMs;
  }
}
