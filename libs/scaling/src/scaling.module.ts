import { Module, type DynamicModule } from '@nestjs/common';
import { HealthRegistry } from '@holdfast/health';
import { RedisConnections, RpcClient } from '@holdfast/redis';
import { Shutdown } from '@holdfast/shutdown';
import { PeerHealth } from './peers/peer-health.js';
import { Presence } from './presence/presence.js';
import { ConnectionRegistry } from './registry/connection-registry.port.js';
import { RedisConnectionRegistry } from './registry/connection-registry.redis.js';
import { InstanceRegistry } from './registry/instance-registry.port.js';
import { RedisInstanceRegistry, type InstanceIdentity } from './registry/instance-registry.redis.js';
import { StaleCleaner } from './registry/stale-cleaner.js';
import { SystemStatusReader } from './status/system-status-reader.js';

/** Registers this process among the instances, and tells who else runs and who is online. Apps bind `FanOut` themselves. */
@Module({})
export class ScalingModule {
  static forRoot(identity: InstanceIdentity): DynamicModule {
    return {
      module: ScalingModule,
      global: true,
      providers: [
        {
          provide: InstanceRegistry,
          inject: [RedisConnections, Shutdown],
          useFactory: (redis: RedisConnections, shutdown: Shutdown) =>
            new RedisInstanceRegistry(redis, shutdown, identity),
        },
        {
          provide: ConnectionRegistry,
          inject: [RedisConnections, InstanceRegistry],
          useFactory: (redis: RedisConnections, instance: RedisInstanceRegistry) =>
            new RedisConnectionRegistry(redis, instance),
        },
        {
          provide: StaleCleaner,
          inject: [RedisConnections, InstanceRegistry],
          useFactory: (redis: RedisConnections, instance: RedisInstanceRegistry) => new StaleCleaner(redis, instance),
        },
        {
          provide: PeerHealth,
          inject: [RedisConnections, InstanceRegistry, HealthRegistry],
          useFactory: (redis: RedisConnections, instances: InstanceRegistry, health: HealthRegistry) =>
            new PeerHealth(redis, instances, health, identity.instanceId),
        },
        {
          provide: Presence,
          inject: [ConnectionRegistry],
          useFactory: (connections: ConnectionRegistry) => new Presence(connections),
        },
        {
          provide: SystemStatusReader,
          inject: [InstanceRegistry, RpcClient],
          useFactory: (registry: InstanceRegistry, rpc: RpcClient) =>
            new SystemStatusReader(registry, rpc, identity.version),
        },
      ],
      exports: [ConnectionRegistry, InstanceRegistry, Presence, StaleCleaner, SystemStatusReader],
    };
  }
}
