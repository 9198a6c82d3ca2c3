/** The value below which `share` of the sorted samples lie. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Samples of one duration, in ms. */
export class Samples {
  private readonly values: number[] = [];

  constructor(values: readonly number[] = []) {
    this.values.push(...values);
  }

  add(ms: number): void {
    this.values.push(ms);
  }

  get count(): number {
    return this.values.length;
  }

  get max(): number {
    return this.quantile(1);
  }

  quantile(share: number): number {
    return quantile(this.sorted(), share);
  }

  /** `p50 / p99 / max` in ms. */
  toString(): string {
    if (this.count === 0) return 'none';
    const sorted = this.sorted();
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(sorted, share).toFixed(0));
    return `p50 ${String(p50)} ms, p99 ${String(p99)} ms, max ${String(max)} ms (${String(this.count)})`;
  }

  private sorted(): number[] {
    return [...this.values].sort((a, b) => a - b);
  }
}
