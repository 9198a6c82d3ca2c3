import {
  CHAT_NAMESPACE,
  PROTOCOL_VERSION,
  type CommandName,
  type CommandReply,
  type CommandRequest,
  type WireError,
} from '@holdfast/contracts';
import { io, type Socket } from 'socket.io-client';

/** How a command ended for whoever sent it; of `info` nobody knows whether it happened. */
export type Outcome<R> =
  | { readonly outcome: 'ok'; readonly reply: R }
  | { readonly outcome: 'fail'; readonly code: string }
  | { readonly outcome: 'info'; readonly code: string };

export interface WireSocketOptions {
  readonly url: string;
  readonly token: string;
  readonly onEvent: (name: string, payload: unknown) => void;
  /** Once, whoever ended it. `code` is what the server said to a handshake it refused. */
  readonly onEnd: (code: string | undefined) => void;
}

/** All of them end before the checker calls an operation hanging. */
const COMMAND_MS = 8_000;

/**
 * One plain Socket.IO connection. It never reconnects and never buffers. What arrives is handed on in its order: whoever
 * awaits an answer has it before what came after it, also where a burst brings both in one piece.
 */
export class WireSocket {
  lastHeardAt = performance.now();
  /** What came behind an answer that is being taken. */
  private readonly behind: (() => void)[] = [];
  private isTaking = false;
  private readonly socket: Socket;
  private readonly pending = new Set<(outcome: Outcome<never>) => void>();
  private ended = false;

  constructor(private readonly options: WireSocketOptions) {
    this.socket = io(`${options.url}${CHAT_NAMESPACE}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: 5_000,
      auth: { token: options.token, protocol: PROTOCOL_VERSION },
    });
    this.socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
      this.end(error.data?.code);
    });
    this.socket.on('disconnect', () => {
      this.end(undefined);
    });
    this.socket.io.on('error', () => {
      this.end(undefined);
    });
    this.socket.onAny((name: string, payload: unknown) => {
      this.lastHeardAt = performance.now();
      this.inOrder(() => {
        if (!this.ended) options.onEvent(name, payload);
      });
    });
  }

  get isOpen(): boolean {
    return this.socket.connected && !this.ended;
  }

  /** Never rejects. A retryable error is `info`: it does not exclude that the command was done. */
  command<N extends CommandName>(
    name: N,
    request: CommandRequest<N>,
    timeoutMs = COMMAND_MS,
  ): Promise<Outcome<CommandReply<N>>> {
    return new Promise((resolve) => {
      if (!this.isOpen) {
        resolve({ outcome: 'info', code: 'not_connected' });
        return;
      }
      const settle = (outcome: Outcome<CommandReply<N>>): void => {
        clearTimeout(timer);
        this.pending.delete(settle);
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        settle({ outcome: 'info', code: 'timeout' });
      }, timeoutMs);
      this.pending.add(settle);
      this.socket.emit(name, request, (answer: { ok: boolean; error?: WireError }) => {
        this.lastHeardAt = performance.now();
        this.inOrder(() => {
          settle(this.ended ? { outcome: 'info', code: 'late' } : outcomeOf<CommandReply<N>>(answer));
          this.letTake();
        });
      });
    });
  }

  /** Does not read from the network for a while; what the server sends piles up. */
  pauseReading(ms: number): void {
    const { transport } = this.socket.io.engine as unknown as {
      transport?: { ws?: { pause?: () => void; resume?: () => void } };
    };
    const ws = transport?.ws;
    ws?.pause?.();
    setTimeout(() => ws?.resume?.(), ms);
  }

  close(): void {
    this.socket.disconnect();
    this.end(undefined);
  }

  private inOrder(take: () => void): void {
    if (this.isTaking) this.behind.push(take);
    else take();
  }

  /** Everything else waits until whoever awaited the answer has gone on. */
  private letTake(): void {
    this.isTaking = true;
    setImmediate(() => {
      this.isTaking = false;
      const behind = this.behind.splice(0);
      for (const take of behind) this.inOrder(take);
    });
  }

  private end(code: string | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.socket.disconnect();
    for (const settle of this.pending) settle({ outcome: 'info', code: 'lost' });
    this.options.onEnd(code);
  }
}

export function outcomeOf<R>(answer: { readonly ok: boolean; readonly error?: WireError }): Outcome<R> {
  if (answer.ok) return { outcome: 'ok', reply: answer as unknown as R };
  const { code = 'internal', retryable = true } = answer.error ?? {};
  return { outcome: retryable ? 'info' : 'fail', code };
}
