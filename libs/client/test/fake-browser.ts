import type { OpenTabChannel } from '../src/tabs/tab-channel.js';
import type { LockManager } from '../src/tabs/tab-locks.js';
import { sharedTabs, type Tabs } from '../src/tabs/tabs.js';
import type { VirtualClock } from './virtual-clock.js';

interface Held {
  readonly page: number;
  readonly release: () => void;
}

/** The pages of one browser profile in virtual time: locks, channels, and pages that crash. */
export class FakeBrowser {
  readonly #held = new Map<string, Held>();
  readonly #queues = new Map<string, (() => void)[]>();
  readonly #channels = new Set<{ name: string; page: number; onMessage: (message: unknown) => void }>();
  readonly #dead = new Set<number>();
  #pages = 0;

  constructor(private readonly clock: VirtualClock) {}

  /** A new page, and how it crashes: without a word, its locks freed. */
  page(scope: string): { readonly tabs: Tabs; readonly crash: () => void } {
    const page = (this.#pages += 1);
    const tabs = sharedTabs({
      scope,
      clock: this.clock,
      locks: this.#locks(page),
      openChannel: this.#openChannel(page),
    });
    const crash = (): void => {
      this.#dead.add(page);
      for (const { page: holder, release } of [...this.#held.values()]) if (holder === page) release();
    };
    return { tabs, crash };
  }

  #openChannel(page: number): OpenTabChannel {
    return (name, onMessage) => {
      const mine = { name, page, onMessage };
      this.#channels.add(mine);
      return {
        post: (message) => {
          if (this.#dead.has(page)) return;
          const copy = structuredClone(message);
          this.clock.after(1, () => {
            for (const other of [...this.#channels]) {
              if (other !== mine && other.name === name && !this.#dead.has(other.page)) other.onMessage(copy);
            }
          });
        },
        close: () => this.#channels.delete(mine),
      };
    };
  }

  #locks(page: number): LockManager {
    return {
      request: (name, { signal }, held) =>
        new Promise((resolve, reject) => {
          const grant = (): void => {
            if (this.#dead.has(page) || signal.aborted) {
              reject(new DOMException('gone', 'AbortError'));
              this.#next(name);
              return;
            }
            const release = (): void => {
              if (this.#held.get(name)?.release !== release) return;
              this.#held.delete(name);
              resolve(undefined);
              this.#next(name);
            };
            this.#held.set(name, { page, release });
            void held().then(release);
          };
          const queue = this.#queues.get(name);
          if (queue !== undefined) queue.push(grant);
          else {
            this.#queues.set(name, []);
            this.clock.after(1, grant);
          }
        }),
    };
  }

  #next(name: string): void {
    const grant = this.#queues.get(name)?.shift();
    if (grant === undefined) this.#queues.delete(name);
    else this.clock.after(1, grant);
  }
}
