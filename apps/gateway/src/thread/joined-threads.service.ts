import { Injectable } from '@nestjs/common';
import { threadRoom, type ThreadTarget } from '@holdfast/scaling';
import type { ChatSocket } from '../session/chat-socket.js';

/** A thread that at least one socket of this gateway has open. */
export interface JoinedThread {
  readonly threadId: string;
  readonly tenantId: string;
  /** Each socket with the member version it was authorised at. */
  readonly sockets: Map<ChatSocket, number>;
}

/** Which sockets of this gateway have which threads open, each in the room of the member version it was authorised at. */
@Injectable()
export class JoinedThreads {
  private readonly threads = new Map<string, JoinedThread>();

  /** Called with the id of a thread that no socket has open any more. */
  onAbandoned: (threadId: string) => void = () => undefined;

  ids(): string[] {
    return [...this.threads.keys()];
  }

  get(threadId: string): JoinedThread | undefined {
    return this.threads.get(threadId);
  }

  /** Puts an authorised socket into the thread's room; one that was in the room of another member version changes rooms. */
  join(socket: ChatSocket, target: ThreadTarget): void {
    if (!socket.connected) return;
    const room = threadRoom(target);
    const current = socket.data.session.threads.get(target.threadId);
    if (current !== undefined && current !== room) void socket.leave(current);
    void socket.join(room);
    socket.data.session.threads.set(target.threadId, room);
    const { threadId, tenantId } = target;
    const thread = this.threads.get(threadId) ?? { threadId, tenantId, sockets: new Map<ChatSocket, number>() };
    thread.sockets.set(socket, target.memberVersion);
    this.threads.set(threadId, thread);
  }

  leave(socket: ChatSocket, threadId: string): void {
    const room = socket.data.session.threads.get(threadId);
    if (room === undefined) return;
    socket.data.session.threads.delete(threadId);
    void socket.leave(room);
    const thread = this.threads.get(threadId);
    thread?.sockets.delete(socket);
    if (thread?.sockets.size !== 0) return;
    this.threads.delete(threadId);
    this.onAbandoned(threadId);
  }

  leaveAll(socket: ChatSocket): void {
    for (const threadId of [...socket.data.session.threads.keys()]) this.leave(socket, threadId);
  }
}
