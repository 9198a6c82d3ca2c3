import { ClientRedis, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { AppError, RPC, WireError } from '@holdfast/contracts';
import { currentContext } from '@holdfast/observability';
import { timeout, type Observable } from 'rxjs';
import { GuardedPublisher } from '../guarded-publisher.js';
import type { RedisClient } from '../open-connection.js';
import type { RedisConnections } from '../redis-connections.js';
import { Subscriber } from '../subscriber.js';
import { isRpcName } from './assert-rpc-handlers.js';
import { readPacket, ResponsePacket } from './rpc-packet.js';

/** Longest wait for an answer where the caller asks for none, in ms. */
export const DEFAULT_DEADLINE_MS = 2_000;

const MAX_PENDING = 1_000;

function unavailable(message: string): AppError {
  return new AppError('unavailable', message, { retryAfterMs: 1_000 });
}

/**
 * Nest's Redis transport, client side, that survives Redis: it connects in the background, fails a request at once while
 * no answer could arrive, and ends every other request within its deadline.
 */
export class ResilientClientRedis extends ClientRedis {
  readonly #publishClient: RedisClient;
  readonly #publisher: GuardedPublisher;
  readonly #subscriber: Subscriber;

  constructor(private readonly connections: RedisConnections) {
    super({});
    this.#publishClient = connections.create('transport');
    this.pubClient = this.#publishClient;
    this.#subscriber = new Subscriber(connections.create('transport'));
    this.subClient = this.#subscriber.client;
    this.#publisher = new GuardedPublisher(this.#publishClient, 'rpc');
    this.setOnDispatchHook((packet) => {
      const { traceId } = currentContext();
      if (traceId !== undefined) Object.assign(packet, { metadata: { traceId } });
    });
    this.#subscriber.on('message', (_channel: string, text: string) => {
      this.#receive(text);
    });
    const answered = Object.keys(RPC).filter((name) => isRpcName(name) && RPC[name].kind === 'rpc');
    void this.#subscriber.subscribe(...answered.map((name) => this.getReplyPattern(name)));
  }

  /** Nothing to wait for: the connections come and go by themselves. */
  override connect(): Promise<void> {
    return Promise.resolve();
  }

  /** As in Nest, and ends within `deadlineMs`. */
  override send<R>(pattern: string, data: unknown, deadlineMs = DEFAULT_DEADLINE_MS): Observable<R> {
    return super.send<R, unknown>(pattern, data).pipe(timeout(deadlineMs));
  }

  override async close(): Promise<void> {
    this.handleClose();
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

  protected override publish(partial: ReadPacket<unknown>, callback: (packet: WritePacket) => void): () => void {
    const packet = this.assignPacketId(partial);
    const name = String(partial.pattern);
    const forget = () => {
      this.routingMap.delete(packet.id);
    };
    const fail = (error: AppError) => {
      forget();
      callback({ err: error });
    };
    if (!this.#subscriber.isSubscribed(this.getReplyPattern(name))) {
      fail(unavailable('no connection to redis'));
    } else if (this.routingMap.size >= MAX_PENDING) {
      fail(unavailable('too many requests wait for an answer'));
    } else {
      this.routingMap.set(packet.id, callback);
      void this.#publisher
        .publish(this.getRequestPattern(name), JSON.stringify(this.serializer.serialize(packet)))
        .then((taken) => {
          if (!taken && this.routingMap.has(packet.id)) fail(unavailable('redis did not take the request'));
        });
    }
    return forget;
  }

  /** @returns whether Redis took it. */
  protected override dispatchEvent(packet: ReadPacket<unknown>): Promise<boolean> {
    const name = String(packet.pattern);
    return this.#publisher.publish(this.getRequestPattern(name), JSON.stringify(this.serializer.serialize(packet)));
  }

  protected override serializeError(error: unknown): AppError {
    if (error instanceof AppError) return error;
    const wire = WireError.safeParse(error);
    if (!wire.success) return new AppError('internal', 'the handler failed', { cause: error });
    const { code, message, retryAfterMs } = wire.data;
    return new AppError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }

  #receive(text: string): void {
    const packet = readPacket(ResponsePacket, text);
    // Every instance of the app answers, and every process hears it: answers to others, and late ones, end here.
    const callback = packet && (this.routingMap.get(packet.id) as ((answer: WritePacket) => void) | undefined);
    if (packet === undefined || callback === undefined) return;
    const { response, err, isDisposed } = packet;
    callback({ err, response, isDisposed: isDisposed === true || err !== undefined });
  }
}
