import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CHAT_NAMESPACE } from '@holdfast/contracts';
import type { ChatSocket } from './chat-socket.js';
import { IdleSockets } from './idle-sockets.service.js';

/** Listens to how much every new session has to say. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class IdleGateway implements OnGatewayConnection {
  constructor(private readonly idle: IdleSockets) {}

  handleConnection(socket: ChatSocket): void {
    this.idle.watch(socket);
  }
}
