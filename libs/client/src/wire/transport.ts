import type { CommandName, CommandRequest } from '@holdfast/contracts';

/** How a socket ended, or was refused. */
export interface TransportEnd {
  /** `refused` = the handshake was answered with no; `lost` = everything else. */
  readonly kind: 'refused' | 'lost';
  /** For people and logs. */
  readonly reason: string;
  /** What the server said with a refusal: a close code or a wire error, unparsed. */
  readonly data?: unknown;
}

export interface TransportHandlers {
  /** The wire is up; the server has yet to accept the token. */
  onOpen(): void;
  onEvent(name: string, payload: unknown): void;
  /** Called exactly once, whoever ends the socket. */
  onEnd(end: TransportEnd): void;
}

/** One socket. */
export interface Socket {
  /** Sends a command; `onAck` is called at most once, with the server's unparsed answer. */
  send<N extends CommandName>(name: N, request: CommandRequest<N>, onAck: (answer: unknown) => void): void;
  /** Ends the socket; {@link TransportHandlers.onEnd} follows. */
  close(reason: string): void;
}

/** Opens sockets. It never reconnects by itself and never buffers: both belong to the connection and the outbox. */
export interface Transport {
  open(token: string, handlers: TransportHandlers): Socket;
}
