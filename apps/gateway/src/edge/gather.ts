import type { Duplex } from 'node:stream';
import type { Socket } from 'socket.io';

/**
 * What is said to a connection in one turn of the event loop leaves in one write: Engine.IO and ws write each packet
 * alone, and a crowd that comes back at once pays for each write of each connection.
 */

/** Gathers what is written to a raw socket in this turn: the answer to an upgrade and Engine.IO's opening. */
export function gatherWrites(socket: Duplex): void {
  socket.cork();
  setImmediate(() => {
    socket.uncork();
  });
}

/** Engine.IO's own, which it has no public way to hold back. */
interface Flushing {
  flush?: () => void;
}

/** Gathers the packets of this turn: Socket.IO's admission and the greeting. Engine.IO keeps those that it cannot send. */
export function gatherPackets(connection: Socket['conn']): void {
  const flushing = connection as unknown as Flushing;
  const { flush } = flushing;
  if (flush === undefined) return;
  flushing.flush = () => undefined;
  setImmediate(() => {
    // Assigned, since an object that a property is deleted from is slow and large ever after.
    flushing.flush = flush;
    flush.call(flushing);
  });
}
