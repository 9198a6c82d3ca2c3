import { createLogger } from '@holdfast/observability';
import { RedisConnections, type RedisConfig } from '@holdfast/redis';
import { Shutdown } from '@holdfast/shutdown';
import { Presence } from '../src/index.js';
import { RedisConnectionRegistry } from '../src/registry/connection-registry.redis.js';
import { RedisInstanceRegistry } from '../src/registry/instance-registry.redis.js';
import { StaleCleaner } from '../src/registry/stale-cleaner.js';
import type { UserTarget } from '../src/rooms.js';

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

/** A process of the system, reduced to what it registers. */
export class RegistryInstance {
  readonly redis: RedisConnections;
  readonly shutdown = new Shutdown();
  readonly registry: RedisInstanceRegistry;
  readonly connections: RedisConnectionRegistry;
  readonly cleaner: StaleCleaner;
  readonly presence: Presence;
  /** Users that this instance told to be gone, as the survivor of another. */
  readonly departed: string[] = [];

  constructor(config: RedisConfig, instanceId: string, maxPending?: number) {
    this.redis = new RedisConnections(config, logger);
    this.registry = new RedisInstanceRegistry(this.redis, this.shutdown, {
      app: 'gateway',
      instanceId,
      version: '1.2.3',
      heartbeatMs: 500,
    });
    this.connections = new RedisConnectionRegistry(this.redis, this.registry, maxPending);
    this.cleaner = new StaleCleaner(this.redis, this.registry);
    this.presence = new Presence(this.connections);
    this.cleaner.onOffline((users: readonly UserTarget[]) => {
      this.departed.push(...users.map(({ userId }) => userId));
    });
    this.connections.onApplicationBootstrap();
    this.cleaner.onApplicationBootstrap();
    this.registry.onApplicationBootstrap();
  }

  /** As if killed: no goodbye, no further heartbeat. */
  kill(): void {
    this.redis.command.disconnect();
  }

  async close(): Promise<void> {
    await this.redis.close();
  }
}
