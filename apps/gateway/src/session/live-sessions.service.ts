import { Injectable } from '@nestjs/common';
import type { CloseCode } from '@holdfast/contracts';
import { metrics } from '@holdfast/observability';
import type { ChatSocket } from './chat-socket.js';
import { closing } from './closing.js';

/** Whom to tell of sockets. */
export interface SessionListener {
  added(socket: ChatSocket): void;
  /** @param reason Socket.IO's, of the end of the connection */
  removed(socket: ChatSocket, reason: string): void;
}

/** Every authenticated socket of this gateway. */
@Injectable()
export class LiveSessions {
  private readonly sockets = new Set<ChatSocket>();
  private readonly listeners: SessionListener[] = [];

  constructor() {
    this.measure();
  }

  get count(): number {
    return this.sockets.size;
  }

  [Symbol.iterator](): IterableIterator<ChatSocket> {
    return this.sockets.values();
  }

  add(socket: ChatSocket): void {
    this.sockets.add(socket);
    for (const listener of this.listeners) listener.added(socket);
    this.measure();
  }

  /** Tells `listener` of every socket that comes or goes from now on. */
  listen(listener: SessionListener): void {
    this.listeners.push(listener);
  }

  /** @param reason Socket.IO's, of the end of the connection */
  remove(socket: ChatSocket, reason = 'transport close'): void {
    if (this.sockets.delete(socket)) for (const listener of this.listeners) listener.removed(socket, reason);
    this.measure();
  }

  /** Ends a session with a last word; a client that may reconnect does so by itself. */
  end(socket: ChatSocket, code: CloseCode): void {
    const last = closing(code);
    socket.emit('session.closing', last);
    // A namespace disconnect tells a Socket.IO client to stay away; a closed connection tells it to come back.
    if (last.mayReconnect) socket.conn.close();
    else socket.disconnect(true);
  }

  private measure(): void {
    metrics.gauge('holdfast_connections').set(this.sockets.size);
  }
}
