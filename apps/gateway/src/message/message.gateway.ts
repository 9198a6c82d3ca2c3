import { WebSocketGateway } from '@nestjs/websockets';
import { CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { deleteMessage, editMessage } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { Command } from '../command/command.decorator.js';
import { ThreadPublisher } from '../publish/thread-publisher.service.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { MessageSender } from './message-sender.service.js';

/** Messages: send, edit, delete. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class MessageGateway {
  constructor(
    private readonly database: Database,
    private readonly sender: MessageSender,
    private readonly publisher: ThreadPublisher,
  ) {}

  @Command('message.send')
  send(socket: ChatSocket, request: CommandRequest<'message.send'>): Promise<CommandReply<'message.send'>> {
    return this.sender.send(socket.data.session.user, request);
  }

  @Command('message.edit')
  async edit(socket: ChatSocket, request: CommandRequest<'message.edit'>): Promise<CommandReply<'message.edit'>> {
    this.sender.admitChange(socket.data.session.user, request.body);
    const { published, ...reply } = await editMessage(this.database, socket.data.session.user, request);
    this.publisher.publish(published);
    return reply;
  }

  @Command('message.delete')
  async delete(socket: ChatSocket, request: CommandRequest<'message.delete'>): Promise<CommandReply<'message.delete'>> {
    this.sender.admitChange(socket.data.session.user);
    const { published, ...reply } = await deleteMessage(this.database, socket.data.session.user, request);
    this.publisher.publish(published);
    return reply;
  }
}
