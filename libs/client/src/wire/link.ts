import { AppError, type CommandName, type CommandRequest } from '@holdfast/contracts';
import type { Clock } from '../support/clock.js';
import { wireFault } from '../support/errors.js';
import type { Diagnostics } from './diagnostics.js';
import { decodeEvent, decodeReply, type IncomingEvent, type Reply } from './schemas.js';
import type { Socket, Transport, TransportEnd } from './transport.js';

export interface LinkOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly token: string;
  readonly onOpen: () => void;
  readonly onEvent: (event: IncomingEvent) => void;
  readonly onEnd: (end: TransportEnd) => void;
}

/** One socket with typed commands and decoded events. Every command ends: answered, timed out, or with the socket. */
export class Link {
  readonly #options: LinkOptions;
  readonly #pending = new Set<(fault: AppError) => void>();
  readonly #socket: Socket;
  #lastHeardAt: number;
  #ended = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#lastHeardAt = options.clock.now();
    this.#socket = options.transport.open(options.token, {
      onOpen: options.onOpen,
      onEvent: (name, payload) => {
        this.#receive(name, payload);
      },
      onEnd: (end) => {
        this.#end(end);
      },
    });
  }

  /** When the server last said anything, ms since the Unix epoch. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Commands that wait for an answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Sends a command.
   *
   * @throws AppError the server's own error; `timeout` without an answer in time; `unavailable` when the socket ended.
   * After the latter two the outcome is unknown.
   */
  command<N extends CommandName>(name: N, request: CommandRequest<N>, timeoutMs: number): Promise<Reply<N>> {
    return new Promise<Reply<N>>((resolve, reject) => {
      if (this.#ended) {
        reject(new AppError('unavailable', 'Not connected'));
        return;
      }
      const settle = (run: () => void): void => {
        if (!this.#pending.delete(fail)) return;
        cancel();
        run();
      };
      const fail = (fault: AppError): void => {
        settle(() => {
          reject(fault);
        });
      };
      this.#pending.add(fail);
      const cancel = this.#options.clock.after(timeoutMs, () => {
        fail(new AppError('timeout', 'The server did not answer in time'));
      });
      this.#socket.send(name, request, (answer) => {
        this.#lastHeardAt = this.#options.clock.now();
        settle(() => {
          this.#answer(name, answer, { resolve, reject });
        });
      });
    });
  }

  /** Ends the socket at once. */
  close(reason: string): void {
    this.#socket.close(reason);
  }

  #answer<N extends CommandName>(
    name: N,
    answer: unknown,
    { resolve, reject }: { resolve: (reply: Reply<N>) => void; reject: (fault: AppError) => void },
  ): void {
    this.#options.diagnostics.traced((answer as { traceId?: unknown } | null | undefined)?.traceId);
    if (isFailure(answer)) {
      reject(wireFault(answer.error));
      return;
    }
    const reply = decodeReply(name, answer);
    if (reply === undefined) {
      this.#options.diagnostics.count('malformedReplies');
      reject(new AppError('internal', 'The server answered in a form that this version does not know'));
    } else {
      resolve(reply);
    }
  }

  #receive(name: string, payload: unknown): void {
    this.#lastHeardAt = this.#options.clock.now();
    const decoded = decodeEvent(name, payload);
    if (decoded.kind === 'event') this.#options.onEvent(decoded.event);
    else this.#options.diagnostics.count(decoded.kind === 'unknown' ? 'unknownEvents' : 'malformedEvents');
  }

  #end(end: TransportEnd): void {
    this.#ended = true;
    for (const fail of [...this.#pending]) fail(new AppError('unavailable', 'The connection was lost'));
    this.#options.onEnd(end);
  }
}

function isFailure(answer: unknown): answer is { ok: false; error: unknown } {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false;
}
