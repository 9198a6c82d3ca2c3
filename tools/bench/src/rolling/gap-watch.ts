/** The longest time in which a client had no connection that was synced and live. */
export class GapWatch {
  private since: number | undefined;
  private longestMs = 0;

  set(isLive: boolean): void {
    const now = performance.now();
    if (isLive && this.since !== undefined) this.longestMs = Math.max(this.longestMs, now - this.since);
    this.since = isLive ? undefined : (this.since ?? now);
  }

  get isLive(): boolean {
    return this.since === undefined;
  }

  /** In ms; a gap that lasts counts as far as it has come. */
  get longest(): number {
    return Math.max(this.longestMs, this.since === undefined ? 0 : performance.now() - this.since);
  }

  /** Forgets what was before. */
  restart(): void {
    this.longestMs = 0;
    if (this.since !== undefined) this.since = performance.now();
  }
}
