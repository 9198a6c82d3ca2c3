import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Config } from '@holdfast/config';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { ROLE_POLICIES, type RedisRole } from './role-policy.js';

export type RedisConfig = Config['redis'];

/** A connection to whatever topology is configured. */
export type RedisClient = Redis | Cluster;

const MAX_RETRY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 3_000;
const KEEP_ALIVE_MS = 10_000;
/** Time that the other end has to take leave of a link which is given up, in ms; shorter than any delay before a new one. */
const PART_WITHIN_MS = 10;

/** Delay before reconnection `times`, in ms: endless, never above one second, jittered against herds. */
export function retryDelay(times: number): number {
  return Math.min(MAX_RETRY_MS, 50 * 2 ** Math.min(times, 10)) * (0.5 + Math.random() / 2);
}

function tlsOptions(config: RedisConfig): ConnectionOptions {
  return config.tlsCaFile === undefined ? {} : { ca: readFileSync(config.tlsCaFile) };
}

function roleOptions(config: RedisConfig, role: RedisRole) {
  const { maxRetriesPerRequest, commandTimeout } = ROLE_POLICIES[role];
  return {
    connectionName: `${config.prefix}:${role}`,
    maxRetriesPerRequest,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    // Subscriber repeats subscriptions itself: ioredis does it with promises that nobody catches.
    autoResubscribe: false,
    // A demoted primary refuses writes: look for the new one and send the command again there.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
    ...(commandTimeout === null ? {} : { commandTimeout }),
  } as const satisfies RedisOptions;
}

function credentials({ username, password }: Pick<RedisConfig, 'username' | 'password'>) {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function single(config: RedisConfig, text: string, options: RedisOptions): Redis {
  const url = new URL(text);
  const database = Number(url.pathname.slice(1));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Redis({
    ...options,
    host,
    port: url.port === '' ? 6_379 : Number(url.port),
    ...credentials({
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
    }),
    ...(Number.isInteger(database) ? { db: database } : {}),
    ...(url.protocol === 'rediss:' ? { tls: tlsOptions(config) } : {}),
  });
}

function sentinel(config: RedisConfig, options: RedisOptions): Redis {
  const tls = tlsOptions(config);
  return new Redis({
    ...options,
    ...credentials(config),
    sentinels: [...config.nodes],
    name: config.sentinelName,
    ...(config.sentinelUsername === undefined ? {} : { sentinelUsername: config.sentinelUsername }),
    ...(config.sentinelPassword === undefined ? {} : { sentinelPassword: config.sentinelPassword }),
    sentinelRetryStrategy: retryDelay,
    // Sentinel itself cuts the clients of a demoted primary. Its detector in the client would cut them once more, and
    // ends a connection for good that is being opened at that moment (seen with ioredis 5.11).
    failoverDetector: false,
    ...(config.tls ? { tls, sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
  });
}

function cluster(config: RedisConfig, role: RedisRole): Cluster {
  return new Cluster([...config.nodes], {
    clusterRetryStrategy: retryDelay,
    enableOfflineQueue: ROLE_POLICIES[role].enableOfflineQueue,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    redisOptions: {
      ...roleOptions(config, role),
      ...credentials(config),
      // ioredis knows links by address: the late end of one would take its successor from the pool, open and unwatched.
      disconnectTimeout: PART_WITHIN_MS,
      ...(config.tls ? { tls: tlsOptions(config) } : {}),
    },
    // Certificates name hosts, not the addresses that a lookup turns them into.
    ...(config.tls
      ? {
          dnsLookup: (address, done) => {
            done(null, address);
          },
        }
      : {}),
  });
}

/**
 * Opens a connection for `role` and returns at once: it connects, and reconnects, in the background for ever. The caller
 * listens to `error`.
 */
export function openConnection(config: RedisConfig, role: RedisRole): RedisClient {
  const options: RedisOptions = {
    ...roleOptions(config, role),
    retryStrategy: retryDelay,
    enableOfflineQueue: ROLE_POLICIES[role].enableOfflineQueue,
  };
  if (ROLE_POLICIES[role].queue && config.queueUrl !== undefined) return single(config, config.queueUrl, options);
  if (config.mode === 'cluster') return cluster(config, role);
  if (config.mode === 'sentinel') return sentinel(config, options);
  return single(config, config.url ?? 'redis://127.0.0.1:6379', options);
}
