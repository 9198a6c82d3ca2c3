import { WebSocketGateway } from '@nestjs/websockets';
import { CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { createThread, readEvents } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { Command } from '../command/command.decorator.js';
import { ThreadPublisher } from '../publish/thread-publisher.service.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { JoinedThreads } from './joined-threads.service.js';
import { ThreadSessions } from './thread-sessions.service.js';

/** Threads: create, open, close, read. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class ThreadGateway {
  constructor(
    private readonly database: Database,
    private readonly sessions: ThreadSessions,
    private readonly joined: JoinedThreads,
    private readonly publisher: ThreadPublisher,
  ) {}

  @Command('thread.create')
  async create(socket: ChatSocket, request: CommandRequest<'thread.create'>): Promise<CommandReply<'thread.create'>> {
    const { thread, published } = await createThread(this.database, socket.data.session.user, request);
    this.publisher.publish(published);
    return { thread };
  }

  @Command('thread.open')
  async open(socket: ChatSocket, cursor: CommandRequest<'thread.open'>): Promise<CommandReply<'thread.open'>> {
    const [thread = { status: 'denied' as const, threadId: cursor.threadId }] = await this.sessions.open(socket, [
      cursor,
    ]);
    return { thread };
  }

  @Command('thread.close')
  close(socket: ChatSocket, { threadId }: CommandRequest<'thread.close'>): CommandReply<'thread.close'> {
    this.joined.leave(socket, threadId);
    return {};
  }

  @Command('thread.history')
  history(socket: ChatSocket, request: CommandRequest<'thread.history'>): Promise<CommandReply<'thread.history'>> {
    return readEvents(this.database, socket.data.session.user, request);
  }

  @Command('events.pull')
  pull(socket: ChatSocket, request: CommandRequest<'events.pull'>): Promise<CommandReply<'events.pull'>> {
    return readEvents(this.database, socket.data.session.user, request);
  }
}
