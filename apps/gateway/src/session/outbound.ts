import type { WebSocket } from 'ws';
import type { ChatSocket } from './chat-socket.js';

function webSocket(socket: ChatSocket): WebSocket | undefined {
  return (socket.conn.transport as unknown as { readonly socket?: WebSocket }).socket;
}

/** Bytes accepted for this client that the network has not taken yet; approximate above the kernel's own buffer. */
export function outboundBytes(socket: ChatSocket): number {
  const { writeBuffer } = socket.conn as unknown as { readonly writeBuffer: readonly { readonly data?: unknown }[] };
  let bytes = webSocket(socket)?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) if (typeof data === 'string') bytes += data.length;
  return bytes;
}

/** Drops the connection and what it holds at once; a close handshake would wait for a client that does not read. */
export function terminate(socket: ChatSocket): void {
  webSocket(socket)?.terminate();
}
