import { Injectable } from '@nestjs/common';
import { CHAT_NAMESPACE, type ServerEvent, type ServerEventName } from '@holdfast/contracts';
import { threadRoom, userRoom, type ThreadTarget, type UserTarget } from '@holdfast/scaling';
import { SocketServer } from './socket-server.service.js';

/** Tells the sockets of this gateway only: what every gateway finds by itself. */
@Injectable()
export class LocalFanOut {
  constructor(private readonly server: SocketServer) {}

  toThread<N extends ServerEventName>(target: ThreadTarget, event: N, payload: ServerEvent<N>): void {
    this.server.of(CHAT_NAMESPACE).local.to(threadRoom(target)).emit(event, payload);
  }

  toUser<N extends ServerEventName>(target: UserTarget, event: N, payload: ServerEvent<N>): void {
    this.server.of(CHAT_NAMESPACE).local.to(userRoom(target)).emit(event, payload);
  }

  toAll<N extends ServerEventName>(event: N, payload: ServerEvent<N>): void {
    this.server.of(CHAT_NAMESPACE).local.emit(event, payload);
  }
}
