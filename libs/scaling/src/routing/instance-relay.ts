import { metrics } from '@holdfast/observability';
import { GuardedPublisher, Subscriber, type RedisConnections } from '@holdfast/redis';
import { parseHints, type UserHint } from './user-hint.js';

/** Hints in one message. */
const BATCH = 100;

/** Carries hints for users to the one instance that has their connections; at most once, like every hint. */
export class InstanceRelay {
  readonly #publisher: GuardedPublisher;

  constructor(
    private readonly redis: RedisConnections,
    readonly instanceId: string,
  ) {
    this.#publisher = new GuardedPublisher(redis.publish, 'relay');
  }

  /** Never throws: what Redis does not take is dropped and counted. */
  send(instanceId: string, hints: readonly UserHint[]): void {
    const channel = this.redis.keys.relay(instanceId);
    for (let start = 0; start < hints.length; start += BATCH) {
      void this.#publisher.publish(channel, JSON.stringify(hints.slice(start, start + BATCH)));
    }
  }

  /** Hands what others send to this instance to `deliver`; corrupt messages are counted and ignored. */
  listen(deliver: (hint: UserHint) => void): void {
    const subscriber = new Subscriber(this.redis.create('subscribe'));
    subscriber.on('message', (_channel: string, text: string) => {
      const { hints, corrupt } = parseHints(text);
      if (corrupt > 0) metrics.counter('holdfast_ignored_packets_total').inc({ source: 'relay' }, corrupt);
      for (const hint of hints) deliver(hint);
    });
    void subscriber.subscribe(this.redis.keys.relay(this.instanceId));
  }
}
