import { Injectable } from '@nestjs/common';
import type { Server } from 'socket.io';

/** The Socket.IO server, which exists only once the application has been initialised. */
@Injectable()
export class SocketServer {
  private server: Server | undefined;

  bind(server: Server): void {
    this.server = server;
  }

  of(namespace: string): ReturnType<Server['of']> {
    if (this.server === undefined) throw new Error('The socket server is not there yet.');
    return this.server.of(namespace);
  }
}
