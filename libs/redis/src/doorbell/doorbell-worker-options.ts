import type { WorkerOptions } from 'bullmq';
import type { RedisConnections } from '../redis-connections.js';

/**
 * Options of a BullMQ worker that answers doorbells. Postgres counts attempts and fences stale workers, so that a job
 * may stall as often as it likes.
 */
export function doorbellWorkerOptions(connections: RedisConnections, concurrency: number): WorkerOptions {
  return {
    connection: connections.create('worker'),
    prefix: connections.keys.queuePrefix,
    concurrency,
    lockDuration: 10_000,
    stalledInterval: 5_000,
    maxStalledCount: 1_000,
    // After a fault of the connection it looks again soon; by default it would wait 15 s.
    runRetryDelay: 1_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
}
