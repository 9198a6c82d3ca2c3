import { WebSocketGateway } from '@nestjs/websockets';
import { CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { authorizeMember, memberIds } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { Presence } from '@holdfast/scaling';
import { Command } from '../command/command.decorator.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { Typing } from './typing.service.js';

/** Who is there, and who is typing. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class PresenceGateway {
  constructor(
    private readonly database: Database,
    private readonly presence: Presence,
    private readonly typing: Typing,
  ) {}

  @Command('typing.set')
  setTyping(socket: ChatSocket, { threadId, typing }: CommandRequest<'typing.set'>): CommandReply<'typing.set'> {
    this.typing.set(socket, threadId, typing);
    return {};
  }

  @Command('presence.get')
  async online(
    socket: ChatSocket,
    { threadId }: CommandRequest<'presence.get'>,
  ): Promise<CommandReply<'presence.get'>> {
    const { user } = socket.data.session;
    await authorizeMember(this.database, user, threadId);
    const { userIds } = await memberIds(this.database, threadId);
    return { online: await this.presence.online(user.tenantId, userIds) };
  }
}
