import { setTimeout as delay } from 'node:timers/promises';
import { Module, type DynamicModule } from '@nestjs/common';
import { HealthRegistry } from '@holdfast/health';
import { LOGGER, type Logger } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { registerRedisChecks } from './health/register-redis-checks.js';
import type { RedisConfig } from './open-connection.js';
import { RedisConnections } from './redis-connections.js';
import { ResilientClientRedis } from './rpc/resilient-client-redis.js';
import { RpcClient } from './rpc/rpc-client.js';

const CLOSE_WITHIN_MS = 2_000;

/** Redis for the whole process: connections, their health checks and their shutdown step, and the RPC client. */
@Module({})
export class RedisModule {
  static forRoot(config: RedisConfig): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      providers: [
        {
          provide: RedisConnections,
          inject: [LOGGER, HealthRegistry, Shutdown],
          useFactory: (logger: Logger, health: HealthRegistry, shutdown: Shutdown) => {
            const connections = new RedisConnections(config, logger);
            registerRedisChecks(health, connections, config.queueUrl !== undefined);
            // A Redis that is away fails nobody's shutdown, and leaves time to those that close after it.
            // Whatever says goodbye over Redis is named here.
            const options = { phase: 'resources', timeoutMs: CLOSE_WITHIN_MS * 2, after: ['slo-recorder'] } as const;
            shutdown.onShutdown('redis', options, ({ budgetMs }) =>
              // A timer that has lost the race holds nobody: the step has a limit of its own.
              Promise.race([
                connections.close(Math.min(CLOSE_WITHIN_MS, budgetMs / 3)),
                delay(budgetMs / 2, undefined, { ref: false }),
              ]),
            );
            return connections;
          },
        },
        {
          provide: RpcClient,
          inject: [RedisConnections],
          useFactory: (connections: RedisConnections) => new RpcClient(new ResilientClientRedis(connections)),
        },
      ],
      exports: [RedisConnections, RpcClient],
    };
  }
}
