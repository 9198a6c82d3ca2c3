import { Module, type DynamicModule } from '@nestjs/common';
import { RedisConnections, RpcClient } from '@holdfast/redis';
import { Shutdown } from '@holdfast/shutdown';
import { Presence } from './presence/presence.js';
import { InstanceRegistry } from './registry/instance-registry.port.js';
import { RedisInstanceRegistry, type InstanceIdentity } from './registry/instance-registry.redis.js';
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
          useFactory: (connections: RedisConnections, shutdown: Shutdown) =>
            new RedisInstanceRegistry(connections, shutdown, identity),
        },
        {
          provide: Presence,
          inject: [RedisConnections],
          useFactory: (connections: RedisConnections) => new Presence(connections, identity.instanceId),
        },
        {
          provide: SystemStatusReader,
          inject: [InstanceRegistry, RpcClient],
          useFactory: (registry: InstanceRegistry, rpc: RpcClient) =>
            new SystemStatusReader(registry, rpc, identity.version),
        },
      ],
      exports: [InstanceRegistry, Presence, SystemStatusReader],
    };
  }
}
