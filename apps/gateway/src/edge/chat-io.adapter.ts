import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { firstValueFrom, type Observable } from 'rxjs';
import type { Namespace, Server, ServerOptions, Socket } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import { AppError } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import type { CommandDispatcher, CommandHandler } from '../command/command-dispatcher.service.js';
import { handshakeError } from '../session/closing.js';
import type { SocketServer } from '../publish/socket-server.service.js';
import { limitedWsEngine } from './frame-limits.js';
import type { HandshakeGate } from './handshake-gate.service.js';
import { checkHandshakeQuery } from './handshake-query.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { tolerantParser } from './tolerant-parser.js';

/** Time a connection has to present its token, in ms. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A dead peer is noticed after the sum of both, in ms. */
const PING_INTERVAL_MS = 15_000;
const PING_TIMEOUT_MS = 10_000;

const NO_ANSWER = { ok: false, error: new AppError('internal', 'the command gave no answer').toWire() };

export interface ChatIoParts {
  readonly config: Config;
  readonly gate: HandshakeGate;
  readonly dispatcher: CommandDispatcher;
  /** Gets the server for everybody who emits. */
  readonly holder: SocketServer;
  /** Makes the Socket.IO adapter that joins the gateways. */
  readonly adapter: (namespace: Namespace) => Adapter;
}

/** Binds Nest's gateways to a Socket.IO server that takes WebSockets only and limits what a stranger can make it hold. */
export class ChatIoAdapter extends IoAdapter {
  private readonly tables = new WeakMap<Socket, Map<string, CommandHandler>>();

  constructor(
    app: INestApplicationContext,
    private readonly parts: ChatIoParts,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { config, gate, adapter } = this.parts;
    const settings = {
      ...options,
      adapter,
      transports: ['websocket'],
      allowUpgrades: false,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: config.limits.frameBytes,
      connectTimeout: CONNECT_TIMEOUT_MS,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      parser: tolerantParser,
      wsEngine: limitedWsEngine(config.limits),
      allowRequest: (request: IncomingMessage, decide: (refusal: string | undefined, admitted: boolean) => void) => {
        const refusal = gate.refusal(request, server.engine.clientsCount);
        // Engine.IO is not told of a refusal: it would answer 400, and this is answered already.
        if (refusal === undefined) decide(undefined, true);
        else refuseUpgrade(request, refusal);
      },
    };
    const server = super.createIOServer(port, settings as Partial<ServerOptions> as ServerOptions);
    server.engine.use(checkHandshakeQuery);
    this.parts.holder.bind(server);
    // Socket.IO always has the root namespace; without this, anyone could stay in it without a token.
    server.of('/').use((_socket, next) => {
      next(handshakeError('unauthenticated', 'connect to the chat namespace'));
    });
    return server;
  }

  /** One listener for a socket in place of Nest's one stream per command and socket, which idle sockets would pay for. */
  override bindMessageHandlers(
    socket: Socket,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    const table = this.tables.get(socket) ?? new Map<string, CommandHandler>();
    for (const { message, callback } of handlers) {
      table.set(message as string, (request) =>
        firstValueFrom(transform(callback(request)), {
          defaultValue: NO_ANSWER,
        }),
      );
    }
    if (this.tables.has(socket)) return;
    this.tables.set(socket, table);
    // Never passed on to `next`: an event has no other listener.
    socket.use(([name, ...args]) => {
      this.parts.dispatcher.dispatch({ socket, table, name, args });
    });
  }
}
