import { randomUUID } from 'node:crypto';
import type { HealthRegistry } from '@holdfast/health';
import type { RedisConnections } from '../redis-connections.js';
import { Echo } from './echo.js';
import { connections as connectionsCheck, keyspace, server } from './redis-checks.js';

const OFTEN_MS = 5_000;
const PUB_SUB_MS = 10_000;
const SERVER_MS = 15_000;

/** A nonce that takes longer is lost for everybody who waits for a hint, in ms. */
const ECHO_WITHIN_MS = 2_000;

/**
 * Registers every check of Redis.
 * @param hasQueueRedis whether queues have a Redis of their own, which is then checked too
 */
export function registerRedisChecks(
  health: HealthRegistry,
  connections: RedisConnections,
  hasQueueRedis: boolean,
): void {
  const { command, keys } = connections;
  const id = randomUUID();
  const echo = new Echo(connections.create('subscribe'), connections.publish, keys.health(id), ECHO_WITHIN_MS);
  health.register('redis.keys', () => keyspace(command, keys.health(id)), { intervalMs: OFTEN_MS });
  health.register('redis.pub-sub', () => echo.check(), { intervalMs: PUB_SUB_MS });
  health.register('redis.server', () => server(command), { intervalMs: SERVER_MS });
  health.register('redis.connections', () => Promise.resolve(connectionsCheck(connections.counts())), {
    resource: 'own',
    intervalMs: OFTEN_MS,
  });
  if (!hasQueueRedis) return;
  const queue = connections.create('queue');
  health.register('redis-queue.keys', () => keyspace(queue, keys.health(id)), { intervalMs: OFTEN_MS });
  health.register('redis-queue.server', () => server(queue), { intervalMs: SERVER_MS });
}
