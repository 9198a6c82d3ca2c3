import { Injectable } from '@nestjs/common';
import { memberIds } from '@holdfast/conversation';
import { Database } from '@holdfast/database';
import { ThreadGate, type ThreadPosition, type ThreadTarget } from '@holdfast/scaling';
import type { ChatSocket } from '../session/chat-socket.js';
import { JoinedThreads, type JoinedThread } from './joined-threads.service.js';

/** Moves sockets to the room of the current member version once Postgres says that their users still belong there. */
@Injectable()
export class ThreadMemberships {
  constructor(
    private readonly database: Database,
    private readonly joined: JoinedThreads,
    private readonly gate: ThreadGate,
  ) {}

  /** Authorises again whoever is in a room of an older member version than `target` says. */
  async align(thread: JoinedThread, target: ThreadTarget, position: ThreadPosition): Promise<void> {
    const stale = [...thread.sockets].filter((socket) => versionOf(socket, target) < target.memberVersion);
    if (stale.length === 0) return;
    const users = new Set(stale.map((socket) => socket.data.session.user.userId));
    const members = new Set((await memberIds(this.database, target.threadId, [...users])).userIds);
    for (const socket of stale) {
      const current = socket.data.session.threads.get(target.threadId);
      if (current === undefined) continue;
      if (members.has(socket.data.session.user.userId)) {
        const left = this.gate.position(current);
        const had = left === undefined ? {} : { delivered: left.last, deliveredEpoch: left.epoch };
        this.joined.join(socket, target, { ...position, ...had });
      } else {
        this.remove(socket, target.threadId, 'removed');
      }
    }
  }

  /** The thread is no more. */
  close(thread: JoinedThread): void {
    for (const socket of [...thread.sockets]) this.remove(socket, thread.threadId, 'deleted');
  }

  private remove(socket: ChatSocket, threadId: string, reason: 'removed' | 'deleted'): void {
    this.joined.leave(socket, threadId);
    socket.emit('thread.closed', { threadId, reason });
  }
}

function versionOf(socket: ChatSocket, { threadId, memberVersion }: ThreadTarget): number {
  return socket.data.session.threads.get(threadId)?.memberVersion ?? memberVersion;
}
