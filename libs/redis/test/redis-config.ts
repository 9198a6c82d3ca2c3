import type { RedisConfig } from '../src/index.js';

/** A configuration for one Redis. */
export function redisConfig(url: string, prefix = 'test'): RedisConfig {
  return {
    mode: 'single',
    url,
    queueUrl: undefined,
    nodes: [],
    sentinelName: 'mymaster',
    sentinelUsername: undefined,
    sentinelPassword: undefined,
    username: undefined,
    password: undefined,
    tls: false,
    tlsCaFile: undefined,
    prefix,
  };
}
