import { Cluster } from 'ioredis';
import type { RedisClient } from './open-connection.js';
import { watchSubscriptions } from './watchdog.js';

type Listener = (...args: never[]) => unknown;

const RETRY_MS = 500;

/**
 * A connection in subscribed mode that keeps its subscriptions: they are repeated after every reconnection until Redis
 * confirms them. Nothing here rejects.
 */
export class Subscriber {
  readonly #wanted = { subscribe: new Set<string>(), psubscribe: new Set<string>() };
  readonly #confirmed = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  constructor(readonly client: RedisClient) {
    client.on('close', () => {
      this.#confirmed.clear();
    });
    client.on('ready', () => {
      void this.#confirm();
    });
    if (client instanceof Cluster) watchSubscriptions(client, () => this.#repeat());
  }

  /** Subscribes to channels, now or once Redis is there. @returns whether Redis has confirmed all of them. */
  subscribe(...channels: string[]): Promise<boolean> {
    return this.#want('subscribe', channels);
  }

  /** Subscribes to patterns; as {@link subscribe}. */
  psubscribe(...patterns: string[]): Promise<boolean> {
    return this.#want('psubscribe', patterns);
  }

  unsubscribe(...channels: string[]): void {
    this.#drop('subscribe', channels);
  }

  punsubscribe(...patterns: string[]): void {
    this.#drop('psubscribe', patterns);
  }

  /** Whether messages of this channel or pattern arrive now. */
  isSubscribed(name: string): boolean {
    return this.#confirmed.has(name);
  }

  on(event: string, listener: Listener): this {
    this.client.on(event, listener as (...args: unknown[]) => void);
    return this;
  }

  off(event: string, listener: Listener): this {
    this.client.off(event, listener as (...args: unknown[]) => void);
    return this;
  }

  #want(kind: 'subscribe' | 'psubscribe', names: readonly string[]): Promise<boolean> {
    for (const name of names) this.#wanted[kind].add(name);
    return this.#confirm();
  }

  #drop(kind: 'subscribe' | 'psubscribe', names: readonly string[]): void {
    for (const name of names) {
      this.#wanted[kind].delete(name);
      this.#confirmed.delete(name);
    }
    if (this.client.status !== 'ready') return;
    const dropped = kind === 'subscribe' ? this.client.unsubscribe(...names) : this.client.punsubscribe(...names);
    dropped.catch(() => undefined);
  }

  async #confirm(): Promise<boolean> {
    if (this.client.status !== 'ready') return false;
    const results = await Promise.all([this.#send('subscribe'), this.#send('psubscribe')]);
    const complete = results.every(Boolean);
    if (!complete) this.#retryLater();
    return complete;
  }

  /** Rejects if Redis refuses, and may wait for ever. */
  async #repeat(): Promise<void> {
    const { subscribe, psubscribe } = this.#wanted;
    await Promise.all([
      subscribe.size > 0 && this.client.subscribe(...subscribe),
      psubscribe.size > 0 && this.client.psubscribe(...psubscribe),
    ]);
  }

  async #send(kind: 'subscribe' | 'psubscribe'): Promise<boolean> {
    const names = [...this.#wanted[kind]].filter((name) => !this.#confirmed.has(name));
    if (names.length === 0) return true;
    try {
      await (kind === 'subscribe' ? this.client.subscribe(...names) : this.client.psubscribe(...names));
    } catch {
      return false;
    }
    for (const name of names) if (this.#wanted[kind].has(name)) this.#confirmed.add(name);
    return true;
  }

  #retryLater(): void {
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#confirm();
    }, RETRY_MS).unref();
  }
}
