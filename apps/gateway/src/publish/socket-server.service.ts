import { Injectable } from '@nestjs/common';
import type { Server } from 'socket.io';
import type { WebSocket } from 'ws';

/** What Engine.IO keeps of a connection. */
interface EngineConnection {
  readonly transport: { readonly socket?: WebSocket };
}

/** The Socket.IO server, which exists only once the application has been initialised. */
@Injectable()
export class SocketServer {
  private server: Server | undefined;

  bind(server: Server): void {
    this.server = server;
  }

  /** The WebSockets that are open now, whether or not somebody has signed in on them. */
  wires(): WebSocket[] {
    const engine = this.server?.engine as { readonly clients?: Record<string, EngineConnection> } | undefined;
    return Object.values(engine?.clients ?? {}).flatMap(({ transport }) => transport.socket ?? []);
  }

  of(namespace: string): ReturnType<Server['of']> {
    if (this.server === undefined) throw new Error('The socket server is not there yet.');
    return this.server.of(namespace);
  }
}
