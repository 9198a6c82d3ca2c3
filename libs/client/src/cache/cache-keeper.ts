import type { ThreadSummary } from '@holdfast/contracts';
import type { Cancel, Clock } from '../support/clock.js';
import type { ThreadState } from '../thread/thread-state.js';
import type { CachedThread, ThreadCache } from './thread-cache.port.js';

/** What changed is written this much later, once, ms. */
const SETTLE_MS = 2_000;
/** Events kept of each thread. */
const MAX_EVENTS = 200;
const MAX_LISTED = 100;

/** Writes what was read into the cache, in the background; a cache that fails is left alone. */
export class CacheKeeper {
  readonly #cache: ThreadCache;
  readonly #clock: Clock;
  readonly #threads = new Map<string, ThreadState>();
  #list: readonly ThreadSummary[] | null = null;
  #timer: Cancel | null = null;

  constructor(cache: ThreadCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  onThread(thread: ThreadState): void {
    if (thread.access === 'loading') return;
    this.#threads.set(thread.threadId, thread);
    this.#schedule();
  }

  onList(threads: readonly ThreadSummary[]): void {
    this.#list = threads.slice(0, MAX_LISTED);
    this.#schedule();
  }

  /** Writes at once what waits. */
  flush(): void {
    this.#timer?.();
    this.#timer = null;
    for (const thread of this.#threads.values()) {
      const row = cachedThread(thread, this.#clock.now());
      const written = row === null ? this.#cache.remove(thread.threadId) : this.#cache.save(row);
      written.catch(() => undefined);
    }
    this.#threads.clear();
    if (this.#list !== null) this.#cache.saveList(this.#list).catch(() => undefined);
    this.#list = null;
  }

  #schedule(): void {
    this.#timer ??= this.#clock.after(SETTLE_MS, () => {
      this.flush();
    });
  }
}

/** Null = nothing of the thread may stay on the device. */
function cachedThread({ threadId, access, log, members, summary }: ThreadState, savedAt: number): CachedThread | null {
  if (access !== 'open' || log.epoch === null || summary === null) return null;
  // A newer build may know the types that this one does not: such events are fetched anew.
  const known = log.events.slice(log.events.findLastIndex(({ type }) => type === 'unknown') + 1).slice(-MAX_EVENTS);
  const base = known[0] === undefined ? log.last : known[0].seq - 1;
  return { threadId, epoch: log.epoch, base, events: known, members, summary, savedAt };
}
