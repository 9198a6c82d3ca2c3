import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '@holdfast/config';
import { BUILD_VERSION } from '@holdfast/contracts';
import { awaitSchema, Database } from '@holdfast/database';
import { createLogger, NestLogger, newInstanceId } from '@holdfast/observability';
import { RedisConnections, ResilientServerRedis } from '@holdfast/redis';
import { Shutdown } from '@holdfast/shutdown';
import { measureDatabase, SloRecorder } from '@holdfast/slo-recorder';
import { AppModule } from './app.module.js';
import type { Identity } from './identity.js';

function identityOf({ service }: Config): Identity {
  return {
    app: 'slo-service',
    instanceId: service.instanceId ?? newInstanceId('slo-service'),
    version: BUILD_VERSION,
    startedAt: new Date().toISOString(),
  };
}

/**
 * Starts the service: the Redis transport, which waits for no Redis, and HTTP for probes and metrics. `takenOver` is called
 * once signals are heard by its `Shutdown`.
 */
export async function bootstrap(config: Config, takenOver: () => void): Promise<void> {
  const { host, port, logLevel: level, logPretty: pretty, shutdownTimeoutMs, shutdownGraceMs } = config.service;
  const identity = identityOf(config);
  const logger = createLogger({ ...identity, level, pretty });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({ config, identity, logger }),
    new FastifyAdapter(),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  measureDatabase(app.get(SloRecorder), app.get(Database));
  app.get(Shutdown).install(app, logger, { timeoutMs: shutdownTimeoutMs, graceMs: shutdownGraceMs });
  takenOver();
  await awaitSchema(app.get(Database), logger);
  app.connectMicroservice({ strategy: new ResilientServerRedis(app.get(RedisConnections), identity.app) });
  await app.startAllMicroservices();
  await app.listen(port, host);
  logger.info({ url: await app.getUrl(), version: identity.version }, 'ready');
}
