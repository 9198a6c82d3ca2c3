import { Injectable } from '@nestjs/common';
import type { CloseCode } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import type { ChatSocket } from './chat-socket.js';
import { closing } from './closing.js';

/** Every authenticated socket of this gateway. */
@Injectable()
export class LiveSessions {
  private readonly sockets = new Set<ChatSocket>();
  private readonly listeners: ((socket: ChatSocket) => void)[] = [];

  get count(): number {
    return this.sockets.size;
  }

  [Symbol.iterator](): IterableIterator<ChatSocket> {
    return this.sockets.values();
  }

  add(socket: ChatSocket): void {
    this.sockets.add(socket);
    for (const listener of this.listeners) listener(socket);
    metrics.gauge('holdfast_connections').set(this.sockets.size);
  }

  /** Tells `listener` of every later socket. */
  onAdd(listener: (socket: ChatSocket) => void): void {
    this.listeners.push(listener);
  }

  remove(socket: ChatSocket): void {
    this.sockets.delete(socket);
    metrics.gauge('holdfast_connections').set(this.sockets.size);
  }

  /** Ends a session with a last word; a client that may reconnect does so by itself. */
  end(socket: ChatSocket, code: CloseCode): void {
    const last = closing(code);
    socket.emit('session.closing', last);
    // A namespace disconnect tells a Socket.IO client to stay away; a closed connection tells it to come back.
    if (last.mayReconnect) socket.conn.close();
    else socket.disconnect(true);
  }
}
