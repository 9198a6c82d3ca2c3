import { Module } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RedisConnections } from '../redis-connections.js';
import { DoorbellQueue } from './doorbell-queue.js';

/** For apps that ring workers; opens the queue's connection. */
@Module({
  providers: [
    {
      provide: DoorbellQueue,
      inject: [RedisConnections, LOGGER],
      useFactory: (connections: RedisConnections, logger: Logger) => new DoorbellQueue(connections, logger),
    },
  ],
  exports: [DoorbellQueue],
})
export class DoorbellModule {}
