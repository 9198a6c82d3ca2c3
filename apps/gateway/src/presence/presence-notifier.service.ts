import { Injectable } from '@nestjs/common';
import { FanOut, Presence, type ThreadTarget } from '@holdfast/scaling';
import type { ChatSocket } from '../session/chat-socket.js';

/** Tells the threads that a user has open when that user comes or goes. Ephemeral: nobody may rely on it. */
@Injectable()
export class PresenceNotifier {
  constructor(
    private readonly presence: Presence,
    private readonly fanOut: FanOut,
  ) {}

  connected(socket: ChatSocket): void {
    void this.presence.connected(socket.data.session.user, socket.id);
  }

  /** Call it while the socket's threads are still known. */
  disconnected(socket: ChatSocket): void {
    const { user, threads } = socket.data.session;
    const targets = [...threads.values()];
    void this.presence.disconnected(user, socket.id).then((last) => {
      if (last) for (const target of targets) this.tell(target, user.userId, false);
    });
  }

  /** A socket opened a thread: the others there learn that its user is online. */
  entered(socket: ChatSocket, threadId: string): void {
    const { user, threads } = socket.data.session;
    const target = threads.get(threadId);
    if (target !== undefined) this.tell(target, user.userId, true);
  }

  private tell(target: ThreadTarget, userId: string, online: boolean): void {
    this.fanOut.toThread(target, 'presence.changed', { userId, online });
  }
}
