import { WebSocketGateway } from '@nestjs/websockets';
import { CHAT_NAMESPACE, type CommandReply, type CommandRequest } from '@holdfast/contracts';
import { Command } from '../command/command.decorator.js';
import { InboxNotifier } from '../publish/inbox-notifier.service.js';
import type { ChatSocket } from '../session/chat-socket.js';
import { Courtesy } from './courtesy.service.js';
import { ReadMarks } from './read-marks.service.js';

/** Read markers. */
@WebSocketGateway({ namespace: CHAT_NAMESPACE })
export class ReadGateway {
  constructor(
    private readonly marks: ReadMarks,
    private readonly courtesy: Courtesy,
    private readonly inbox: InboxNotifier,
  ) {}

  @Command('read.mark')
  async mark(
    socket: ChatSocket,
    { threadId, seq: wanted }: CommandRequest<'read.mark'>,
  ): Promise<CommandReply<'read.mark'>> {
    const { user, threads } = socket.data.session;
    const { seq } = await this.marks.mark(user, threadId, wanted);
    // A higher result means that the marker stood there before.
    if (seq <= wanted) {
      const target = threads.get(threadId);
      if (target !== undefined) this.courtesy.tell(target, 'read.marked', { threadId, userId: user.userId, seq });
      this.inbox.tell(user, threadId, seq, 'read');
    }
    return { seq };
  }
}
