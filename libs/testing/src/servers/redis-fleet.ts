import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../eventually.js';
import { freeClusterPort, freePort } from '../free-port.js';
import { guardFolder } from '../processes/guard.js';
import { makeCertificates, type Certificates } from './certificates.js';
import { redisBinary } from './redis-binary.js';
import { startRedis } from './redis.js';
import { runServer, type RunningServer } from './running-server.js';
import { giveToServer, makeServerFolder, serverAccount, temporaryBase } from './server-account.js';
import { startUntil } from './start-until.js';

export interface FleetOptions {
  /** Every connection is encrypted, with certificates of an authority of its own. */
  readonly tls?: boolean;
  /** Password of the data nodes. */
  readonly password?: string;
  /** Lines of `ACL SETUSER`, such as `app on >secret ~app:* +@all`. */
  readonly acl?: readonly string[];
  /** Password of the Sentinels. */
  readonly sentinelPassword?: string;
  /** Answers the port at which clients reach the node of a Cluster that listens on `port`, such as that of a proxy. */
  readonly announce?: (port: number) => Promise<number>;
}

interface Node {
  readonly host: string;
  readonly port: number;
}

/** Several Redis processes that belong together. */
export interface RedisFleet {
  /** What a client is configured with: the Sentinels, or the nodes of the Cluster. */
  readonly nodes: readonly Node[];
  /** The data nodes; of a Sentinel set-up, the first one is the primary at the start. */
  readonly data: readonly RunningServer[];
  /** PEM file of the authority, with `tls`. */
  readonly caFile: string | undefined;
  dispose(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;
const NODES = 3;
const SLOTS = 16_384;

/** The parts that all nodes of a fleet share. */
class Fleet {
  readonly folder: string;
  readonly certificates: Certificates | undefined;
  readonly servers: RunningServer[] = [];
  /** Where clients reach a port that is not told to them. */
  private readonly announced = new Map<number, number>();

  constructor(readonly options: FleetOptions) {
    this.folder = mkdtempSync(join(temporaryBase(), 'holdfast-redis-fleet-'));
    guardFolder(this.folder);
    makeServerFolder(this.folder);
    this.certificates = options.tls === true ? makeCertificates(this.folder) : undefined;
  }

  /** Settings of one port; with TLS there is no plain one. */
  portSettings(port: number): Record<string, string> {
    if (this.certificates === undefined) return { port: String(port) };
    const { ca, cert, key } = this.certificates;
    return {
      port: '0',
      'tls-port': String(port),
      'tls-cert-file': cert,
      'tls-key-file': key,
      'tls-ca-cert-file': ca,
      'tls-auth-clients': 'no',
      'tls-replication': 'yes',
    };
  }

  private async announceSettings(port: number): Promise<Record<string, string>> {
    const announced = await this.options.announce?.(port);
    if (announced === undefined) return {};
    this.announced.set(port, announced);
    return { [`cluster-announce-${this.certificates === undefined ? '' : 'tls-'}port`]: String(announced) };
  }

  async dataNode(more: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const { password, acl = [] } = this.options;
    const isCluster = more['cluster-enabled'] === 'yes';
    const port = await (isCluster ? freeClusterPort() : freePort());
    const users = Object.fromEntries(acl.map((line) => [`user ${line}`, '']));
    const secret = password === undefined ? {} : { password, settings: { masterauth: password } };
    const server = await startRedis({
      ...secret,
      port,
      settings: {
        ...secret.settings,
        ...this.portSettings(port),
        ...users,
        ...more,
        ...(isCluster ? await this.announceSettings(port) : {}),
      },
    });
    this.servers.push(server);
    return server;
  }

  /** A Sentinel keeps what it learns in its configuration file. */
  async sentinel(primary: RunningServer): Promise<RunningServer> {
    const { password, sentinelPassword } = this.options;
    const binary = await redisBinary();
    const port = await freePort();
    const file = join(this.folder, `sentinel-${String(port)}.conf`);
    const lines = [
      `bind ${HOST}`,
      ...Object.entries(this.portSettings(port)).map((entry) => entry.join(' ')),
      `dir ${this.folder}`,
      `sentinel monitor mymaster ${HOST} ${String(primary.port)} 2`,
      'sentinel down-after-milliseconds mymaster 1000',
      'sentinel failover-timeout mymaster 3000',
      ...(password === undefined ? [] : [`sentinel auth-pass mymaster ${password}`]),
      ...(sentinelPassword === undefined
        ? []
        : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    giveToServer(file);
    const server = await runServer({
      url: `redis://${HOST}:${String(port)}`,
      port,
      folder: this.folder,
      stopSignal: 'SIGTERM',
      launch: () =>
        startUntil('+monitor master mymaster', START_TIMEOUT_MS, {
          name: 'Sentinel',
          folder: this.folder,
          command: binary.command,
          args: [file, '--sentinel'],
          cwd: this.folder,
          env: binary.env,
          ...serverAccount(),
        }),
      cleanUp: () => undefined,
    });
    this.servers.push(server);
    return server;
  }

  /** A connection of the administrator. */
  admin(server: RunningServer, password = this.options.password): Redis {
    const client = new Redis({
      host: HOST,
      port: server.port,
      ...(password === undefined ? {} : { password }),
      ...(this.certificates === undefined ? {} : { tls: { rejectUnauthorized: false } }),
    });
    client.on('error', () => undefined);
    return client;
  }

  finish(nodes: readonly RunningServer[], data: readonly RunningServer[]): RedisFleet {
    return {
      nodes: nodes.map(({ port }) => ({ host: HOST, port: this.announced.get(port) ?? port })),
      data,
      caFile: this.certificates?.ca,
      dispose: () => this.dispose(),
    };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.dispose()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Asks until the answer is right, with one connection that is closed afterwards. */
async function until(client: Redis, holds: (client: Redis) => Promise<boolean>): Promise<void> {
  try {
    await eventually(() => holds(client), { timeoutMs: START_TIMEOUT_MS });
  } finally {
    client.disconnect();
  }
}

/** A primary, a replica, and three Sentinels that promote it about a second after the primary died. */
export async function startRedisSentinel(options: FleetOptions = {}): Promise<RedisFleet> {
  const fleet = new Fleet(options);
  try {
    const primary = await fleet.dataNode();
    const replica = await fleet.dataNode({ replicaof: `${HOST} ${String(primary.port)}` });
    await until(fleet.admin(replica), async (client) =>
      (await client.info('replication')).includes('master_link_status:up'),
    );
    const sentinels = [await fleet.sentinel(primary), await fleet.sentinel(primary), await fleet.sentinel(primary)];
    for (const sentinel of sentinels) {
      await until(fleet.admin(sentinel, options.sentinelPassword), async (client) => {
        const [, status = ''] = /status=ok,(.*)/.exec(await client.info('sentinel')) ?? [];
        return status.includes('slaves=1') && status.includes('sentinels=3');
      });
    }
    return fleet.finish(sentinels, [primary, replica]);
  } catch (error) {
    await fleet.dispose();
    throw error;
  }
}

/** A Cluster of three nodes without replicas; the slots of a dead one are missing until it returns, the others go on. */
export async function startRedisCluster(options: FleetOptions = {}): Promise<RedisFleet> {
  const fleet = new Fleet(options);
  try {
    const cluster = {
      'cluster-enabled': 'yes',
      'cluster-require-full-coverage': 'no',
      'cluster-node-timeout': '1000',
      'cluster-announce-ip': HOST,
      ...(options.tls === true ? { 'tls-cluster': 'yes' } : {}),
    };
    const nodes = [await fleet.dataNode(cluster), await fleet.dataNode(cluster), await fleet.dataNode(cluster)];
    const share = Math.ceil(SLOTS / NODES);
    for (const [index, node] of nodes.entries()) {
      const client = fleet.admin(node);
      const last = Math.min(SLOTS, (index + 1) * share) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(last));
      for (const other of nodes) if (other !== node) await client.call('CLUSTER', 'MEET', HOST, String(other.port));
      client.disconnect();
    }
    for (const node of nodes) {
      await until(fleet.admin(node), async (client) => {
        const info = String(await client.call('CLUSTER', 'INFO'));
        return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${String(NODES)}`);
      });
    }
    return fleet.finish(nodes, nodes);
  } catch (error) {
    await fleet.dispose();
    throw error;
  }
}
