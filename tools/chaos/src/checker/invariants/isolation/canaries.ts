import type { Meta } from '../../../history/entry.js';
import type { Facts } from '../../facts.js';

/** Finds texts of one thread in another. */
export class Canaries {
  readonly #threads = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** Canaries that cannot be told apart make the run invalid. */
  learn({ threads }: Meta, facts: Facts): void {
    for (const { canary, thread } of threads) {
      for (const known of this.#threads.keys()) {
        if (known.includes(canary) || canary.includes(known))
          facts.invalidate(`canaries contain each other: ${canary}`);
      }
      this.#threads.set(canary, thread);
    }
    const quoted = [...this.#threads.keys()].map((canary) => canary.replace(/[\\^$.*+?()[\]{}|-]/g, '\\$&'));
    this.#pattern = quoted.length === 0 ? undefined : new RegExp(quoted.join('|'), 'g');
  }

  /** Threads, other than `own`, whose canary is in `text`. */
  strangers(text: string | undefined, own: string): string[] {
    if (text === undefined || this.#pattern === undefined) return [];
    const found = new Set([...text.matchAll(this.#pattern)].map(([canary]) => this.#threads.get(canary)));
    return [...found].filter((thread) => thread !== undefined).filter((thread) => thread !== own);
  }

  /** Whether `text` carries the canary of `thread`. */
  marks(text: string, thread: string): boolean {
    for (const [canary, of] of this.#threads) if (of === thread) return text.includes(canary);
    return false;
  }
}
