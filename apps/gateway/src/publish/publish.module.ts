import { Module } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { DoorbellModule, RedisConnections } from '@holdfast/redis';
import { ConnectionRegistry, FanOut, InstanceRelay, RoutedFanOut, SocketFanOut } from '@holdfast/scaling';
import { GATEWAY_SELF, type GatewaySelf } from '../gateway-self.js';
import { InboxNotifier } from './inbox-notifier.service.js';
import { LocalFanOut } from './local-fan-out.service.js';
import { RelayedHints } from './relayed-hints.service.js';
import { SocketServer } from './socket-server.service.js';
import { ThreadPublisher } from './thread-publisher.service.js';

/** Tells the world what was committed. */
@Module({
  imports: [DoorbellModule],
  providers: [
    SocketServer,
    LocalFanOut,
    InboxNotifier,
    ThreadPublisher,
    RelayedHints,
    {
      provide: InstanceRelay,
      inject: [RedisConnections, GATEWAY_SELF],
      useFactory: (redis: RedisConnections, { instanceId }: GatewaySelf) => new InstanceRelay(redis, instanceId),
    },
    {
      provide: FanOut,
      inject: [SocketServer, LOGGER, ConnectionRegistry, RelayedHints],
      useFactory: (server: SocketServer, logger: Logger, registry: ConnectionRegistry, relayed: RelayedHints) =>
        new RoutedFanOut({ inner: new SocketFanOut(server, logger), logger, registry, ...relayed.ways }),
    },
  ],
  exports: [SocketServer, LocalFanOut, FanOut, InboxNotifier, ThreadPublisher],
})
export class PublishModule {}
