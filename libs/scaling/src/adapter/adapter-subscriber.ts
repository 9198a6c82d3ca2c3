import { metrics } from '@holdfast/observability';
import type { Subscriber } from '@holdfast/redis';

type Listener = (...args: unknown[]) => unknown;

function ignore(): void {
  metrics.counter('holdfast_ignored_packets_total').inc({ source: 'socket.io' });
}

/** A listener that survives whatever it is given: a corrupt request of another process must not end this one. */
function guarded(listener: Listener): Listener {
  return (...args) => {
    try {
      const result = listener(...args);
      if (result instanceof Promise) result.catch(ignore);
    } catch {
      ignore();
    }
  };
}

/** The subscribing client as the classic adapter wants it: subscriptions outlive outages, listeners outlive rubbish. */
export class AdapterSubscriber {
  readonly #listeners = new Map<Listener, Listener>();

  constructor(private readonly subscriber: Subscriber) {}

  subscribe(channels: string[]): void {
    void this.subscriber.subscribe(...channels);
  }

  psubscribe(pattern: string): void {
    void this.subscriber.psubscribe(pattern);
  }

  unsubscribe(channels: string[]): void {
    this.subscriber.unsubscribe(...channels);
  }

  punsubscribe(pattern: string): void {
    this.subscriber.punsubscribe(pattern);
  }

  on(event: string, listener: Listener): this {
    if (event === 'error') return this;
    const safe = guarded(listener);
    this.#listeners.set(listener, safe);
    this.subscriber.on(event, safe);
    return this;
  }

  off(event: string, listener: Listener): this {
    const safe = this.#listeners.get(listener);
    if (safe !== undefined) this.subscriber.off(event, safe);
    this.#listeners.delete(listener);
    return this;
  }
}
