import {
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { AppError, CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { TokenService } from '../auth/token.service.js';
import { Command } from '../command/command.decorator.js';
import type { ChatNamespace, ChatSocket } from './chat-socket.js';
import { Handshake } from './handshake.service.js';
import { SessionGreeting } from './session-greeting.service.js';
import { SessionLifecycle } from './session-lifecycle.service.js';

/** Begin, renewal and end of a session. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class SessionGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  constructor(
    private readonly handshake: Handshake,
    private readonly lifecycle: SessionLifecycle,
    private readonly tokens: TokenService,
    private readonly greeting: SessionGreeting,
  ) {}

  afterInit(namespace: ChatNamespace): void {
    namespace.use(this.handshake.middleware);
  }

  handleConnection(socket: ChatSocket): void {
    this.lifecycle.begin(socket);
    this.greeting.greet(socket);
  }

  handleDisconnect(socket: ChatSocket, reason?: string): void {
    this.lifecycle.end(socket, reason);
  }

  @Command('session.renew')
  async renew(socket: ChatSocket, { token }: CommandRequest<'session.renew'>): Promise<CommandReply<'session.renew'>> {
    const fresh = await this.tokens.verify(token);
    const { session } = socket.data;
    if (!session.renew(fresh)) throw new AppError('forbidden', 'the token is of another user');
    return { expiresAt: session.expiresAt.toISOString() };
  }
}
