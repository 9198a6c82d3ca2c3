import { CHAT_NAMESPACE, type ServerEvent, type ServerEventName } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';
import type { Server } from 'socket.io';
import { threadRoom, userRoom, type ThreadTarget, type UserTarget } from '../rooms.js';
import { checkedPayload } from './checked-payload.js';
import { FanOut } from './fan-out.port.js';

/** For the gateway: emits through its own Socket.IO server, whose adapter reaches the other gateways. */
export class SocketFanOut extends FanOut {
  constructor(
    private readonly server: Pick<Server, 'of'>,
    private readonly logger: Logger,
  ) {
    super();
  }

  override toThread<N extends ServerEventName>(target: ThreadTarget, event: N, payload: ServerEvent<N>): void {
    this.#emit(threadRoom(target), event, payload);
  }

  override toUser<N extends ServerEventName>(target: UserTarget, event: N, payload: ServerEvent<N>): void {
    this.#emit(userRoom(target), event, payload);
  }

  #emit<N extends ServerEventName>(room: string, event: N, payload: ServerEvent<N>): void {
    const checked = checkedPayload(this.logger, event, payload);
    if (checked !== undefined) this.server.of(CHAT_NAMESPACE).to(room).emit(event, checked);
  }
}
