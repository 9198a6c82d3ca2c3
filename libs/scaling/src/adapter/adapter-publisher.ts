import { GuardedPublisher, type RedisClient } from '@holdfast/redis';
import { Cluster, type Redis } from 'ioredis';

type Callback = (error: Error | null, reply?: unknown) => void;

/** The publishing client as the classic adapter wants it, without its unhandled rejections. */
export class AdapterPublisher {
  readonly isCluster: boolean;
  readonly #guarded: GuardedPublisher;

  constructor(private readonly client: RedisClient) {
    this.isCluster = client instanceof Cluster;
    this.#guarded = new GuardedPublisher(client, 'socket.io');
  }

  publish(channel: string, message: string): void {
    void this.#guarded.publish(channel, message);
  }

  /** Named by the adapter, which counts the subscribers of a channel with it. */
  send_command(command: string, args: string[], callback: Callback): void {
    this.client.call(command, ...args).then(
      (reply) => {
        callback(null, reply);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error('redis command failed'));
      },
    );
  }

  nodes(): Redis[] {
    return this.client instanceof Cluster ? this.client.nodes() : [];
  }

  /** The adapter only wants to warn of a missing error listener; RedisConnections has one. */
  on(): this {
    return this;
  }

  off(): this {
    return this;
  }
}
