import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '@holdfast/config';
import { awaitSchema, Database } from '@holdfast/database';
import { createLogger, NestLogger, newInstanceId, type Logger } from '@holdfast/observability';
import { RedisConnections, ResilientServerRedis } from '@holdfast/redis';
import { measureDatabase, SloRecorder } from '@holdfast/slo-recorder';
import { APP, AppModule } from './app.module.js';

/** A worker that is wired but claims nothing yet: it begins once it listens. */
export interface CreatedWorker {
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
  /** Joins Redis and opens the port, once Postgres has told that its schema is one that this build knows. */
  listen(): Promise<void>;
}

/** Wires the worker: the Redis transport for hints, which waits for no Redis, and HTTP for probes and metrics. */
export async function createWorker(config: Config): Promise<CreatedWorker> {
  const { logLevel: level, logPretty: pretty, host, port } = config.service;
  const instanceId = config.service.instanceId ?? newInstanceId(APP);
  const logger = createLogger({ app: APP, instanceId, level, pretty });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({ config, instanceId, logger }),
    new FastifyAdapter(),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  measureDatabase(app.get(SloRecorder), app.get(Database));
  return {
    app,
    logger,
    listen: async () => {
      await awaitSchema(app.get(Database), logger);
      app.connectMicroservice({ strategy: new ResilientServerRedis(app.get(RedisConnections), APP) });
      await app.startAllMicroservices();
      await app.listen(port, host);
    },
  };
}
