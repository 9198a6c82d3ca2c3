/** Whole numbers, kept as ranges: small while they are mostly contiguous. */
export class RangeSet {
  /** Disjoint, not adjacent, ascending; ends inclusive. */
  readonly #ranges: { from: number; to: number }[] = [];

  add(value: number): void {
    const at = this.#firstReaching(value - 1);
    const here = this.#ranges[at];
    if (here === undefined || here.from > value + 1) {
      this.#ranges.splice(at, 0, { from: value, to: value });
      return;
    }
    here.from = Math.min(here.from, value);
    here.to = Math.max(here.to, value);
    const next = this.#ranges[at + 1];
    if (next === undefined || next.from > here.to + 1) return;
    here.to = next.to;
    this.#ranges.splice(at + 1, 1);
  }

  has(value: number): boolean {
    return this.covers(value, value);
  }

  /** Whether all from `from` to `to` are there; true if there are none. */
  covers(from: number, to: number): boolean {
    return this.firstMissing(from, to) === undefined;
  }

  /** The least one from `from` to `to` that is not there. */
  firstMissing(from: number, to: number): number | undefined {
    if (from > to) return undefined;
    const range = this.#ranges[this.#firstReaching(from)];
    if (range === undefined || range.from > from) return from;
    return range.to >= to ? undefined : range.to + 1;
  }

  /** Index of the first range that ends at `value` or above. */
  #firstReaching(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.to ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
