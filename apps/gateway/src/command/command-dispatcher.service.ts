import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { AppError } from '@holdfast/contracts';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import type { ChatSocket } from '../session/chat-socket.js';
import { toWireError } from './to-wire-error.js';

/** Runs a command for one socket; resolves with the answer. */
export type CommandHandler = (request: unknown) => Promise<unknown>;

/** An event that a client emitted. */
export interface IncomingEvent {
  readonly socket: Socket;
  readonly table: ReadonlyMap<string, CommandHandler>;
  readonly name: string;
  readonly args: readonly unknown[];
}

const RETRY_AFTER_MS = 250;

type Acknowledge = (answer: unknown) => void;

/** Answers every event that asks for an answer, declared or not; one that asks for none is dropped and counted. */
@Injectable()
export class CommandDispatcher {
  private readonly atWork = new Map<Socket, number>();
  private refusing = false;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  /** Sockets with a command that is not answered yet. */
  get active(): number {
    return this.atWork.size;
  }

  /** Whether a command of the socket is not answered yet. */
  isBusy(socket: Socket): boolean {
    return this.atWork.has(socket);
  }

  /** Answers every later command as `draining`: the client repeats it at another instance. */
  refuseNew(): void {
    this.refusing = true;
  }

  dispatch({ socket, table, name, args }: IncomingEvent): void {
    const acknowledge = args.at(-1);
    if (typeof acknowledge !== 'function') {
      metrics.counter('holdfast_rejected_packets_total').inc({ kind: 'no_ack' });
      return;
    }
    this.atWork.set(socket, (this.atWork.get(socket) ?? 0) + 1);
    void this.answer(socket as ChatSocket, table.get(name), args.slice(0, -1))
      .then(acknowledge as Acknowledge)
      .finally(() => {
        const left = (this.atWork.get(socket) ?? 1) - 1;
        if (left === 0) this.atWork.delete(socket);
        else this.atWork.set(socket, left);
      });
  }

  private async answer(
    socket: ChatSocket,
    handler: CommandHandler | undefined,
    requests: readonly unknown[],
  ): Promise<unknown> {
    try {
      if (this.refusing)
        throw new AppError('draining', 'this instance is going away', { retryAfterMs: RETRY_AFTER_MS });
      const waitMs = socket.data.session.commands.take();
      if (waitMs > 0) throw new AppError('rate_limited', 'too many commands on this socket', { retryAfterMs: waitMs });
      if (handler === undefined) throw new AppError('unknown_command', 'no such command');
      if (requests.length !== 1) throw new AppError('invalid', 'request: must be the one argument before the callback');
      return await handler(requests[0]);
    } catch (error) {
      const refused = toWireError(error, this.logger);
      metrics.counter('holdfast_rejected_packets_total').inc({ kind: refused.code });
      return { ok: false, error: refused };
    }
  }
}
