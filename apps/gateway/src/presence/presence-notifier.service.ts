import { Injectable } from '@nestjs/common';
import { Presence, type ThreadTarget } from '@holdfast/scaling';
import type { ChatSocket } from '../session/chat-socket.js';
import { Courtesy } from './courtesy.service.js';

/** Keeps track of who is connected, and tells the threads that a user has open when that user comes or goes. */
@Injectable()
export class PresenceNotifier {
  constructor(
    private readonly presence: Presence,
    private readonly courtesy: Courtesy,
  ) {}

  connected(socket: ChatSocket): void {
    void this.presence.connected(socket.data.session.user, socket.id);
  }

  /** Call it while the socket's threads are still known. */
  disconnected(socket: ChatSocket): void {
    const { user, threads } = socket.data.session;
    const targets = [...threads.values()];
    void this.presence.disconnected(user, socket.id).then((wasLast) => {
      if (!wasLast) return;
      for (const target of targets)
        this.courtesy.tell(target, 'presence.changed', { userId: user.userId, online: false });
    });
  }

  /** A socket opened a thread. */
  entered(socket: ChatSocket, target: ThreadTarget): void {
    const { userId } = socket.data.session.user;
    this.courtesy.tell(target, 'presence.changed', { userId, online: true });
  }
}
