import { Module } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { DoorbellModule } from '@holdfast/redis';
import { FanOut, SocketFanOut } from '@holdfast/scaling';
import { InboxNotifier } from './inbox-notifier.service.js';
import { LocalFanOut } from './local-fan-out.service.js';
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
    {
      provide: FanOut,
      inject: [SocketServer, LOGGER],
      useFactory: (server: SocketServer, logger: Logger) => new SocketFanOut(server, logger),
    },
  ],
  exports: [SocketServer, LocalFanOut, FanOut, InboxNotifier, ThreadPublisher],
})
export class PublishModule {}
