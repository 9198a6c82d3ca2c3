import type { Socket } from 'socket.io';
import { WebSocketServer, type ServerOptions } from 'ws';
import { gatherWrites } from './gather.js';

export interface FrameLimits {
  /** Largest WebSocket message of an authenticated connection, in bytes. */
  readonly frameBytes: number;
  /** Most fragments of one message. */
  readonly frameFragments: number;
}

/** A token and its wrapping fit; nobody may make us hold more before having proved who they are. */
const UNPROVEN_BYTES = 16 * 1_024;

/** Unparsed pieces of one message that the network may deliver; a full frame in small segments stays below. */
const BUFFERED_CHUNKS = 2_048;

/**
 * A client that does not read never answers a close; by default its connection would stay for 30 s, and would hold up
 * the end of this process, ms.
 */
const CLOSE_WITHIN_MS = 1_000;

/** The pieces of ws that hold the limit of a connection; ws has no public way to change it later. */
interface LimitedSocket {
  readonly _receiver?: { _maxPayload?: number };
}

/** The WebSocket server for engine.io's `wsEngine`, which itself passes on no limit but the frame size. */
export function limitedWsEngine({
  frameBytes,
  frameFragments,
}: FrameLimits): new (options: ServerOptions) => WebSocketServer {
  return class LimitedWsServer extends WebSocketServer {
    constructor(options: ServerOptions) {
      const limits = {
        maxPayload: Math.min(UNPROVEN_BYTES, frameBytes),
        maxFragments: frameFragments,
        maxBufferedChunks: BUFFERED_CHUNKS,
        closeTimeout: CLOSE_WITHIN_MS,
      };
      super({ ...options, ...limits });
    }

    override handleUpgrade(...args: Parameters<WebSocketServer['handleUpgrade']>): void {
      const [, socket] = args;
      gatherWrites(socket);
      super.handleUpgrade(...args);
    }
  };
}

/** Lets an authenticated connection send messages of full size. */
export function admitFullFrames(connection: Socket['conn'], { frameBytes }: FrameLimits): void {
  const { socket } = connection.transport as unknown as { readonly socket?: LimitedSocket };
  if (socket?._receiver?._maxPayload !== undefined) socket._receiver._maxPayload = frameBytes;
}
