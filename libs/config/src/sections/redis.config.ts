import * as z from 'zod/mini';
import { flag, hostPorts, text, urlOf } from '../rules.js';
import { optional, variable } from '../variable.js';

export const redisSection = {
  mode: variable({
    name: 'REDIS_MODE',
    schema: z.enum(['single', 'sentinel', 'cluster']),
    fallback: 'single',
    summary: 'Topology; single reads REDIS_URL, the others REDIS_NODES.',
  }),
  url: optional({
    name: 'REDIS_URL',
    schema: urlOf('redis', 'rediss'),
    secret: true,
    summary: 'Redis 6.2 or newer; required in mode single. rediss:// uses TLS.',
  }),
  queueUrl: optional({
    name: 'REDIS_QUEUE_URL',
    schema: urlOf('redis', 'rediss'),
    secret: true,
    summary: 'A Redis of its own for BullMQ, with noeviction and AOF; by default the same one.',
  }),
  nodes: variable({
    name: 'REDIS_NODES',
    schema: hostPorts,
    fallback: '',
    summary: 'Sentinels or cluster nodes, host:port separated by commas.',
  }),
  sentinelName: variable({
    name: 'REDIS_SENTINEL_NAME',
    schema: text,
    fallback: 'mymaster',
    summary: 'Name of the primary in Sentinel.',
  }),
  username: optional({ name: 'REDIS_USERNAME', schema: text, summary: 'ACL user in modes sentinel and cluster.' }),
  password: optional({
    name: 'REDIS_PASSWORD',
    schema: text,
    secret: true,
    summary: 'Password in modes sentinel and cluster.',
  }),
  sentinelUsername: optional({
    name: 'REDIS_SENTINEL_USERNAME',
    schema: text,
    summary: 'ACL user of the Sentinels themselves.',
  }),
  sentinelPassword: optional({
    name: 'REDIS_SENTINEL_PASSWORD',
    schema: text,
    secret: true,
    summary: 'Password of the Sentinels themselves; absent = they ask for none.',
  }),
  tls: variable({ name: 'REDIS_TLS', schema: flag, fallback: 'false', summary: 'TLS in modes sentinel and cluster.' }),
  tlsCaFile: optional({ name: 'REDIS_TLS_CA_FILE', schema: text, summary: 'PEM file of the authority to trust.' }),
  prefix: variable({
    name: 'REDIS_PREFIX',
    schema: z.string().check(z.regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 lower-case letters, digits, dashes')),
    fallback: 'holdfast',
    summary: 'First part of every key and channel.',
  }),
};
