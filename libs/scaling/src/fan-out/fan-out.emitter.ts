import { Injectable } from '@nestjs/common';
import { CHAT_NAMESPACE, type ServerEvent, type ServerEventName } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';
import { GuardedPublisher, type RedisConnections } from '@holdfast/redis';
import { Emitter } from '@socket.io/redis-emitter';
import { packetCodec } from '../adapter/packet-codec.js';
import { threadRoom, userRoom, type ThreadTarget, type UserTarget } from '../rooms.js';
import { checkedPayload } from './checked-payload.js';
import { FanOut } from './fan-out.port.js';

/** For processes without sockets: publishes to the gateways' Socket.IO adapters. */
@Injectable()
export class EmitterFanOut extends FanOut {
  readonly #emitter: Emitter;

  constructor(
    connections: RedisConnections,
    private readonly logger: Logger,
  ) {
    super();
    const options = { key: connections.keys.socketIo, parser: packetCodec };
    this.#emitter = new Emitter(new GuardedPublisher(connections.publish, 'fan-out'), options, CHAT_NAMESPACE);
  }

  override toThread<N extends ServerEventName>(target: ThreadTarget, event: N, payload: ServerEvent<N>): void {
    this.#emit(threadRoom(target), event, payload);
  }

  override toUser<N extends ServerEventName>(target: UserTarget, event: N, payload: ServerEvent<N>): void {
    this.#emit(userRoom(target), event, payload);
  }

  #emit<N extends ServerEventName>(room: string, event: N, payload: ServerEvent<N>): void {
    const checked = checkedPayload(this.logger, event, payload);
    if (checked !== undefined) this.#emitter.to(room).emit(event, checked);
  }
}
