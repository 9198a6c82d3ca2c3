/** One thing that is timed, from its start until it is judged. */
export interface Timed {
  /** When it has to have ended well, in ms of a clock that never goes back. */
  readonly dueAt: number;
  isJudged: boolean;
}

/**
 * Things that are timed against the same deadline: they fall due in the order in which they began, so that a look at the
 * first tells whether any is due, and none needs a timer.
 */
export class DeadlineQueue<T extends Timed> {
  #items: T[] = [];
  #first = 0;

  /** @param maxItems bound; beyond it things are not watched, but still judged when they end */
  constructor(private readonly maxItems = 100_000) {}

  get size(): number {
    return this.#items.length - this.#first;
  }

  /** @returns whether it is watched */
  push(item: T): boolean {
    if (this.size >= this.maxItems) return false;
    this.#items.push(item);
    return true;
  }

  /** Hands over everything that is due at `now` and not yet judged. */
  sweep(now: number, onDue: (item: T) => void): void {
    for (let item = this.#items[this.#first]; item !== undefined; item = this.#items[this.#first]) {
      if (!item.isJudged && item.dueAt > now) break;
      if (!item.isJudged) onDue(item);
      this.#first += 1;
    }
    if (this.#first > 1_024 || this.#first === this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
  }
}
