import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BUILD_VERSION } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { awaitSchema, Database } from '@holdfast/database';
import { createLogger, newInstanceId, NestLogger, type Logger } from '@holdfast/observability';
import { RedisConnections, ResilientServerRedis } from '@holdfast/redis';
import { chatAdapter, ThreadGate } from '@holdfast/scaling';
import { measureDatabase, SloRecorder } from '@holdfast/slo-recorder';
import { AppModule } from './app.module.js';
import { CommandDispatcher } from './command/command-dispatcher.service.js';
import { ChatIoAdapter } from './edge/chat-io.adapter.js';
import { HandshakeGate } from './edge/handshake-gate.service.js';
import { HttpAdapter } from './http/edge/http-adapter.js';
import { installHttp } from './http/install-http.js';
import { SocketServer } from './publish/socket-server.service.js';

/** Connections that may wait to be accepted: a crowd that returns at once must not wait for its packets to be sent again. */
const BACKLOG = 4_096;

export interface Gateway {
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
  /** Opens the port, once Postgres has told that its schema is one that this build knows. Redis may be away. */
  listen(): Promise<void>;
}

/** Builds a gateway. Booting it fails if a command, endpoint or rpc has no handler or two, or the schema is too old. */
export async function createGateway(config: Config): Promise<Gateway> {
  const { instanceId = newInstanceId('gateway'), logLevel: level, logPretty: pretty, host, port } = config.service;
  const logger = createLogger({ app: 'gateway', instanceId, level, pretty });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register({ config, instanceId, logger }),
    new HttpAdapter(config),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  measureDatabase(app.get(SloRecorder), app.get(Database));
  const connections = app.get(RedisConnections);
  const adapter = chatAdapter({ connections, gate: app.get(ThreadGate) });
  const edge = { gate: app.get(HandshakeGate), dispatcher: app.get(CommandDispatcher), holder: app.get(SocketServer) };
  app.useWebSocketAdapter(new ChatIoAdapter(app, { config, adapter, ...edge }));
  app.connectMicroservice({ strategy: new ResilientServerRedis(connections, 'gateway') });
  return {
    app,
    logger,
    listen: async () => {
      await installHttp(app, { config, version: BUILD_VERSION });
      await awaitSchema(app.get(Database), logger);
      await app.startAllMicroservices();
      await app.listen({ port, host, backlog: BACKLOG });
    },
  };
}
