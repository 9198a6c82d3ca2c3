import { ServerRedis, type MessageHandler } from '@nestjs/microservices';
import type { AppName } from '@holdfast/contracts';
import { GuardedPublisher } from '../guarded-publisher.js';
import type { RedisClient } from '../open-connection.js';
import type { RedisConnections } from '../redis-connections.js';
import { Subscriber } from '../subscriber.js';
import { assertRpcHandlers, isRpcName, type RegisteredHandler } from './assert-rpc-handlers.js';
import { checkedHandler } from './checked-handler.js';
import { readPacket, RequestPacket } from './rpc-packet.js';

/**
 * Nest's Redis transport, server side, that survives Redis: it starts without it, keeps its subscriptions over any
 * outage, and drops an answer that cannot be published. Use it as `{ strategy: new ResilientServerRedis(...) }`.
 */
export class ResilientServerRedis extends ServerRedis {
  readonly #handlers: RegisteredHandler[] = [];
  readonly #publishClient: RedisClient;
  readonly #subscriber: Subscriber;
  readonly #replies: GuardedPublisher;

  constructor(
    private readonly connections: RedisConnections,
    private readonly app: AppName,
  ) {
    super({});
    this.#publishClient = connections.create('transport');
    this.#subscriber = new Subscriber(connections.create('transport'));
    this.#replies = new GuardedPublisher(this.#publishClient, 'rpc');
    this.pubClient = this.#publishClient;
    this.subClient = this.#subscriber.client;
  }

  override addHandler(
    pattern: unknown,
    handler: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const name = String(pattern);
    this.#handlers.push({ name, kind: isEventHandler ? 'hint' : 'rpc' });
    // An undeclared name has no schema; listen() refuses it, and all its like, by name.
    if (isRpcName(name)) super.addHandler(name, checkedHandler(name, handler), isEventHandler, extras);
  }

  /** Fails on a missing or doubled handler, never on an absent Redis. */
  override listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      assertRpcHandlers(this.app, this.#handlers);
      this.#subscriber.on('message', (channel: string, text: string) => {
        this.#receive(channel, text);
      });
      void this.#subscriber.subscribe(...this.#handlers.map(({ name }) => this.getRequestPattern(name)));
      callback();
    } catch (error) {
      callback(error);
    }
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    await Promise.all([
      this.connections.release(this.#publishClient),
      this.connections.release(this.#subscriber.client),
    ]);
  }

  override getRequestPattern(name: string): string {
    return this.connections.keys.rpc(name);
  }

  override getReplyPattern(name: string): string {
    return this.connections.keys.rpcReply(name);
  }

  /** A declared name is its own route; Nest would try to read each as JSON, and throw and catch once a message. */
  override getRouteFromPattern(name: string): string {
    return name;
  }

  override getPublisher(_client: unknown, name: string, id: string) {
    return (response: object): Promise<boolean> => {
      const packet: unknown = this.serializer.serialize(Object.assign(response, { id }));
      return this.#replies.publish(this.getReplyPattern(name), JSON.stringify(packet));
    };
  }

  #receive(channel: string, text: string): void {
    const handler = this.#handlers.find(({ name }) => this.getRequestPattern(name) === channel);
    if (handler === undefined || readPacket(RequestPacket, text) === undefined) return;
    this.handleMessage(handler.name, text, this.#publishClient, handler.name).catch((error: unknown) => {
      this.logger.error(error);
    });
  }
}
