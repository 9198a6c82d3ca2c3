import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthReport } from '@holdfast/health';
import type { RedisClient } from '../open-connection.js';
import { Subscriber } from '../subscriber.js';

/** Sends a nonce through a channel of its own and waits until it comes back. */
export class Echo {
  readonly #subscriber: Subscriber;
  readonly #waiting = new Map<string, () => void>();

  /**
   * @param subscribe a connection that only this object uses
   * @param publish the connection that hints go out on
   * @param channel a name that nobody else subscribes to
   * @param withinMs how long to wait for the nonce
   */
  constructor(
    subscribe: RedisClient,
    private readonly publish: RedisClient,
    private readonly channel: string,
    private readonly withinMs: number,
  ) {
    this.#subscriber = new Subscriber(subscribe);
    this.#subscriber.on('message', (from: string, nonce: string) => {
      if (from === this.channel) this.#waiting.get(nonce)?.();
    });
    void this.#subscriber.subscribe(channel);
  }

  /** One round trip. A publish that nobody hears is a fault, even though Redis took it. */
  async check(): Promise<HealthReport> {
    const nonce = randomUUID();
    const startedAt = performance.now();
    const late = new AbortController();
    const heard = new Promise<true>((resolve) => {
      this.#waiting.set(nonce, () => {
        resolve(true);
      });
    });
    try {
      await this.publish.publish(this.channel, nonce);
      const silence = delay(this.withinMs, false, { signal: late.signal }).catch(() => false);
      const isHeard = await Promise.race([heard, silence]);
      const facts = { roundTripMs: Math.round(performance.now() - startedAt) };
      return isHeard ? { state: 'up', facts } : { state: 'down', reason: 'timeout', facts };
    } catch {
      return { state: 'down', reason: 'failed' };
    } finally {
      late.abort();
      this.#waiting.delete(nonce);
    }
  }
}
