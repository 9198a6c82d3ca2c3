import type { OnApplicationShutdown } from '@nestjs/common';
import { createLogger, newInstanceId, type Logger } from '@holdfast/observability';
import { RedisConnections, ResilientClientRedis, RpcClient } from '@holdfast/redis';
import { installRecorder } from './current-recorder.js';
import { redisConfigOf, type RedisTarget } from './redis-target.js';
import { SloClient } from './slo-client.js';
import { SloRecorder } from './slo-recorder.js';
import { SloReporter } from './slo-reporter.js';

/** Longest goodbye to the service, and to Redis, in ms. */
const FAREWELL_MS = 1_000;

/** Who measures, and the Redis of the slo-service. */
export type SloConnectionOptions = SloProducer & RedisTarget;

interface SloProducer {
  /** Name of the app that measures; its instances report as `<app>-…`. */
  readonly app: string;
  readonly region: string;
  /** `REDIS_PREFIX` of the slo-service. */
  readonly prefix?: string;
  /** Ids of the SLOs that this app measures, whether or not anything happens. */
  readonly measures: readonly string[];
  /** A pino logger; by default one that writes warnings to standard output. */
  readonly logger?: Logger;
}

/** A recorder with a Redis connection of its own, for services that have no `RedisModule`. Ends with the application. */
export class SloConnection implements OnApplicationShutdown {
  readonly recorder = new SloRecorder();
  readonly client: SloClient;
  private readonly connections: RedisConnections;
  private readonly reporter: SloReporter;
  private readonly logger: Logger;
  private readonly uninstall: () => void;

  constructor({ app, region, prefix = 'holdfast', measures, logger, ...target }: SloConnectionOptions) {
    const config = redisConfigOf(target, prefix);
    const source = newInstanceId(app);
    this.logger = logger ?? createLogger({ app, instanceId: source, level: 'warn', pretty: false });
    this.connections = new RedisConnections(config, this.logger);
    const rpc = new RpcClient(new ResilientClientRedis(this.connections));
    this.client = new SloClient(rpc);
    for (const slo of measures) this.recorder.declare(slo);
    this.reporter = new SloReporter({ region, source }, { recorder: this.recorder, rpc, logger: this.logger });
    this.uninstall = installRecorder(this.recorder);
    this.reporter.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.uninstall();
    const isComplete = await this.reporter.stop(FAREWELL_MS);
    if (!isComplete) this.logger.warn('the last slo report was not taken');
    await this.connections.close(FAREWELL_MS);
  }
}
