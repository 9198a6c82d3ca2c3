import type { WebSocket } from 'ws';
import type { ChatSocket } from './chat-socket.js';

function webSocket(socket: ChatSocket): WebSocket | undefined {
  return (socket.conn.transport as unknown as { readonly socket?: WebSocket }).socket;
}

/** Bytes that were written to this client's WebSocket and that the network has not taken yet. */
export function unsentBytes(socket: ChatSocket): number {
  return webSocket(socket)?.bufferedAmount ?? 0;
}

/** Drops the connection and what it holds at once; a close handshake would wait for a client that does not read. */
export function terminate(socket: ChatSocket): void {
  webSocket(socket)?.terminate();
}
