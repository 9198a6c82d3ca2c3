import { metrics } from '@holdfast/observability';
import type { RedisClient } from './open-connection.js';

const MAX_IN_FLIGHT = 10_000;
const MAX_IN_FLIGHT_BYTES = 32 * 1_024 * 1_024;

/**
 * Publishes hints. Never throws and never rejects: a hint that Redis does not take is dropped and counted, because
 * Postgres still has what it was about. What a stalled Redis can pile up here is bounded.
 */
export class GuardedPublisher {
  #inFlight = 0;
  #inFlightBytes = 0;

  constructor(
    private readonly client: RedisClient,
    /** What is published; a label of the failure counter. */
    private readonly kind: string,
  ) {}

  /** @returns whether Redis took the message; how many subscribers got it is not known. */
  async publish(channel: string, message: string | Buffer): Promise<boolean> {
    const bytes = message.length;
    if (this.#inFlight >= MAX_IN_FLIGHT || this.#inFlightBytes + bytes > MAX_IN_FLIGHT_BYTES) return this.#failed();
    this.#inFlight += 1;
    this.#inFlightBytes += bytes;
    try {
      await this.client.publish(channel, message);
      return true;
    } catch {
      return this.#failed();
    } finally {
      this.#inFlight -= 1;
      this.#inFlightBytes -= bytes;
    }
  }

  #failed(): false {
    metrics.counter('holdfast_publish_failures_total').inc({ kind: this.kind });
    return false;
  }
}
