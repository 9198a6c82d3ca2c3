import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CHAT_NAMESPACE } from '@holdfast/contracts';
import type { ChatSocket } from './chat-socket.js';
import { SocketOutputs } from './socket-outputs.service.js';

/** Puts every new session's output under watch. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class OutputGateway implements OnGatewayConnection {
  constructor(private readonly outputs: SocketOutputs) {}

  handleConnection(socket: ChatSocket): void {
    this.outputs.watch(socket);
  }
}
