/** How far a client is in one thread: the rules by which every client merges, and nothing else. */
export class ThreadView {
  epoch: string | undefined;
  /** First and last seq that are held without a gap; 0 = nothing. */
  from = 0;
  seq = 0;
  /** Highest seq that is known to exist. */
  head = 0;
  /** The cache was thrown away since the last position that was told. */
  wasReset = false;
  /** Beyond a gap. */
  private readonly held = new Set<number>();

  get isBehind(): boolean {
    return this.head > this.seq;
  }

  /** Events of this view's epoch, from wherever. What is known is dropped, what is too early waits. */
  take(epoch: string, seqs: readonly number[]): void {
    this.epoch ??= epoch;
    for (const seq of seqs) {
      if (seq > this.seq) this.held.add(seq);
      this.head = Math.max(this.head, seq);
    }
    while (this.held.delete(this.seq + 1)) {
      this.seq++;
      if (this.from === 0) this.from = this.seq;
    }
  }

  /** Throws away what is held and starts from this page. */
  reset(epoch: string, seqs: readonly number[], head: number): void {
    this.wasReset ||= this.seq > 0;
    const later = epoch === this.epoch ? [...this.held].filter((seq) => seq > head) : [];
    this.held.clear();
    this.epoch = epoch;
    this.from = seqs[0] ?? 0;
    this.seq = seqs.at(-1) ?? 0;
    this.head = head;
    this.take(epoch, later);
  }
}
