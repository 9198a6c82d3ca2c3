import { Injectable } from '@nestjs/common';
import type { LiveRun } from '@holdfast/contracts';
import { ThreadGate, threadRoom, type RoomPosition, type ThreadPosition, type ThreadTarget } from '@holdfast/scaling';
import { RunProgress } from '../run/run-progress.service.js';
import type { ChatSocket } from '../session/chat-socket.js';

/** A thread that at least one socket of this gateway has open. */
export interface JoinedThread {
  readonly threadId: string;
  readonly tenantId: string;
  readonly sockets: Set<ChatSocket>;
}

/** Which sockets of this gateway have which threads open, each in the room of the member version it was authorised at. */
@Injectable()
export class JoinedThreads {
  private readonly threads = new Map<string, JoinedThread>();

  constructor(
    private readonly gate: ThreadGate,
    private readonly progress: RunProgress,
  ) {}

  ids(): string[] {
    return [...this.threads.keys()];
  }

  get(threadId: string): JoinedThread | undefined {
    return this.threads.get(threadId);
  }

  /**
   * Puts an authorised socket into the thread's room, from which on it gets everything above `last` of the result. One
   * that was in the room of another member version changes rooms. Undefined if the socket is gone.
   */
  join(socket: ChatSocket, target: ThreadTarget, position: ThreadPosition): RoomPosition | undefined {
    if (!socket.connected) return undefined;
    const { threadId, tenantId, memberVersion } = target;
    const { threads } = socket.data.session;
    const current = threads.get(threadId);
    void socket.join(threadRoom(target));
    if (current !== undefined && current.memberVersion !== memberVersion) void socket.leave(threadRoom(current));
    threads.set(threadId, target);
    const thread = this.threads.get(threadId) ?? { threadId, tenantId, sockets: new Set<ChatSocket>() };
    thread.sockets.add(socket);
    this.threads.set(threadId, thread);
    return this.gate.track(target, position);
  }

  /** Takes note of the runs that an answer told of. */
  opened(runs: readonly LiveRun[]): void {
    for (const run of runs) this.progress.opened(run);
  }

  leave(socket: ChatSocket, threadId: string): void {
    const target = socket.data.session.threads.get(threadId);
    if (target === undefined) return;
    socket.data.session.threads.delete(threadId);
    void socket.leave(threadRoom(target));
    const thread = this.threads.get(threadId);
    thread?.sockets.delete(socket);
    if (thread?.sockets.size !== 0) return;
    this.threads.delete(threadId);
    this.progress.forget(threadId);
  }

  leaveAll(socket: ChatSocket): void {
    for (const threadId of [...socket.data.session.threads.keys()]) this.leave(socket, threadId);
  }
}
