import { Injectable } from '@nestjs/common';
import type { ChatSocket } from '../chat-socket.js';
import { IdleSockets } from '../idle-sockets.service.js';
import { LiveSessions } from '../live-sessions.service.js';

/** Who goes first when everybody has to: those who would not notice, and last those before whom an agent writes. */
@Injectable()
export class DrainOrder {
  constructor(
    private readonly sessions: LiveSessions,
    private readonly idle: IdleSockets,
  ) {}

  /** Sockets that are here. */
  get count(): number {
    return this.sessions.count;
  }

  /** The next `count` sockets that are not among `told`, as they are now; equals in no order, so that nobody is always late. */
  next(count: number, told: ReadonlyMap<ChatSocket, unknown>): ChatSocket[] {
    if (count <= 0) return [];
    const ranked = [...this.sessions]
      .filter((socket) => !told.has(socket))
      .map((socket) => ({ socket, rank: this.rank(socket) + Math.random() }));
    return ranked
      .sort((a, b) => a.rank - b.rank)
      .slice(0, count)
      .map(({ socket }) => socket);
  }

  private rank(socket: ChatSocket): number {
    if (this.idle.isStreaming(socket)) return 2;
    return this.idle.isIdle(socket) ? 0 : 1;
  }
}
