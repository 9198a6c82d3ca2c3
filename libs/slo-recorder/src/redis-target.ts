import { AppError } from '@holdfast/contracts';
import type { RedisConfig } from '@holdfast/redis';

interface Node {
  readonly host: string;
  readonly port: number;
}

interface Encryption {
  readonly tls?: boolean;
  /** PEM file of the authority to trust; by default those that Node trusts. */
  readonly tlsCaFile?: string;
}

/** One Redis. Its URL says everything: `rediss://` for TLS, credentials included. */
interface SingleRedis extends Pick<Encryption, 'tlsCaFile'> {
  readonly mode?: 'single';
  readonly url: string;
}

/** The primary of that name, as the Sentinels know it. */
interface SentinelRedis extends Encryption {
  readonly mode: 'sentinel';
  /** The Sentinels. */
  readonly nodes: readonly Node[];
  /** `mymaster` by default. */
  readonly sentinelName?: string;
  readonly username?: string;
  readonly password?: string;
  /** Of the Sentinels themselves, if they ask for one. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

interface ClusterRedis extends Encryption {
  readonly mode: 'cluster';
  /** Some of its nodes; the others are found by them. */
  readonly nodes: readonly Node[];
  readonly username?: string;
  readonly password?: string;
}

/** The Redis of the slo-service, in the topology that its `REDIS_MODE` names. */
export type RedisTarget = SingleRedis | SentinelRedis | ClusterRedis;

/** As apps take `REDIS_PREFIX`. */
const PREFIX = /^[a-z0-9-]{1,32}$/;

function refuse(field: string, demand: string): never {
  throw new AppError('invalid', `SloRecorderModule.connect: ${field} ${demand}.`);
}

/** Whoever calls from JavaScript, or with values of the environment, is told by name what is missing. */
function given(target: RedisTarget, field: 'url' | 'nodes'): unknown {
  return (target as { readonly url?: unknown; readonly nodes?: unknown })[field];
}

function checkUrl(target: RedisTarget): void {
  const url = given(target, 'url');
  // What is refused may hold a password: it is not repeated.
  if (typeof url !== 'string' || !URL.canParse(url)) refuse('url', 'has to be redis:// or rediss:// with a host');
  const { protocol, hostname } = new URL(url);
  if (!['redis:', 'rediss:'].includes(protocol) || hostname === '') {
    refuse('url', 'has to be redis:// or rediss:// with a host');
  }
  if (given(target, 'nodes') !== undefined) refuse('nodes', 'belong to the modes sentinel and cluster');
}

function checkNodes(target: RedisTarget): void {
  const nodes = given(target, 'nodes');
  if (!Array.isArray(nodes) || nodes.length === 0) {
    refuse('nodes', `has to name at least one { host, port } in mode ${String(target.mode)}`);
  }
  (nodes as readonly Partial<Node>[]).forEach(({ host, port }, index) => {
    const field = `nodes[${String(index)}]`;
    if (typeof host !== 'string' || host === '') refuse(`${field}.host`, 'has to be a name or an address');
    if (!Number.isInteger(port) || (port ?? 0) < 1 || (port ?? 0) > 65_535) {
      refuse(`${field}.port`, 'has to be a whole number from 1 to 65535');
    }
  });
  if (given(target, 'url') !== undefined) refuse('url', `does not belong to mode ${String(target.mode)}: nodes does`);
}

/**
 * What the connections of `@holdfast/redis` need.
 * @throws AppError `invalid`, naming the field, for what cannot be connected to
 */
export function redisConfigOf(target: RedisTarget, prefix: string): RedisConfig {
  if (!PREFIX.test(prefix)) refuse('prefix', 'has to be 1 to 32 lower-case letters, digits, dashes');
  const mode = target.mode ?? 'single';
  if (mode === 'single') checkUrl(target);
  else if (['sentinel', 'cluster'].includes(mode)) checkNodes(target);
  else refuse('mode', 'has to be single, sentinel or cluster');
  return {
    ...{ url: undefined, queueUrl: undefined, nodes: [], sentinelName: 'mymaster', username: undefined },
    ...{
      password: undefined,
      sentinelUsername: undefined,
      sentinelPassword: undefined,
      tls: false,
      tlsCaFile: undefined,
    },
    ...('nodes' in target ? { ...target, nodes: target.nodes.map(({ host, port }) => ({ host, port })) } : target),
    mode,
    prefix,
  };
}
