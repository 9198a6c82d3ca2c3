import { Database, runMigrations } from '@holdfast/database';
import { eventually, FaultProxy, freePort } from '@holdfast/testing';
import type { Cast } from '../plan/cast.js';
import { linkOf, NODES, namesOf, type LinkName, type NodeSpec } from '../plan/topology.js';
import type { Random } from '../random/random.js';
import { AppNode } from './app-node.js';
import { ModelServer } from './model/model-server.js';
import { provision, type World } from './provision.js';
import type { Recorder } from './recorder.js';
import { Servers } from './servers.js';
import { SystemError } from './system.errors.js';

export interface SystemOptions {
  readonly dist: string;
  readonly cast: Cast;
  readonly random: Random;
  readonly recorder: Recorder;
}

/** Most resident memory of one process, in MiB; measured in such runs: 150 to 260. */
export const MEMORY_CAP_MIB = 450;
/** How long a session outlives its token here, in ms. */
export const EXPIRY_GRACE_MS = 2_000;
const MEMORY_EVERY_MS = 2_000;

/**
 * Limits that are no part of what is tested must not stop the load, and leaving in good order takes its time on a machine
 * that runs everything at once.
 */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  LOG_LEVEL: 'info',
  LIMIT_RATE_MESSAGES: '5000',
  LIMIT_RATE_BURST: '5000',
  SHUTDOWN_TIMEOUT_MS: '10000',
  AUTH_EXPIRY_GRACE_MS: String(EXPIRY_GRACE_MS),
};

/** Everything that runs: servers, apps, the links between them, and a model. */
export class System {
  private memory: NodeJS.Timeout | undefined;

  private constructor(
    readonly servers: Servers,
    /** A way to Postgres that no fault of a link touches. */
    readonly database: Database,
    private readonly model: ModelServer,
    private readonly parts: {
      readonly world: World;
      readonly nodes: ReadonlyMap<string, AppNode>;
      readonly links: ReadonlyMap<LinkName, FaultProxy>;
    },
  ) {}

  /** Starts the servers and tells them who takes part; the apps start with {@link launch}. */
  static async prepare({ dist, cast, random, recorder }: SystemOptions): Promise<System> {
    const servers = await Servers.start();
    const links = new Map<LinkName, FaultProxy>();
    let model: ModelServer | undefined;
    let database: Database | undefined;
    try {
      model = await ModelServer.start(random.split('model'), recorder);
      await runMigrations(servers.postgres.url);
      database = new Database({ url: servers.postgres.url, poolMax: 3, timeoutMs: 10_000 });
      const world = await provision(database, cast, model.baseUrl);
      const nodes = new Map<string, AppNode>();
      for (const spec of NODES) {
        const port = await freePort();
        const env = await connect(spec, { servers, links, random });
        if (spec.app === 'gateway') {
          links.set(linkOf('clients', spec.name), await linkTo(port, random.split(`clients>${spec.name}`)));
        }
        nodes.set(spec.name, new AppNode(spec, { recorder, dist, port, env: { ...ENVIRONMENT, ...env } }));
      }
      return new System(servers, database, model, { world, nodes, links });
    } catch (error) {
      await Promise.allSettled([...links.values()].map((link) => link.close()));
      await Promise.allSettled([model?.close(), database?.close()]);
      await servers.dispose();
      throw error;
    }
  }

  get world(): World {
    return this.parts.world;
  }

  get nodes(): readonly AppNode[] {
    return [...this.parts.nodes.values()];
  }

  node(name: string): AppNode {
    const node = this.parts.nodes.get(name);
    if (node === undefined) throw new RangeError(`no process ${name}`);
    return node;
  }

  link(name: string): FaultProxy {
    const link = this.parts.links.get(name as LinkName);
    if (link === undefined) throw new RangeError(`no link ${name}`);
    return link;
  }

  /** Where clients reach each gateway. */
  get entrances(): readonly { readonly node: string; readonly url: string }[] {
    return namesOf('gateway').map((node) => {
      return { node, url: `http://127.0.0.1:${String(this.link(linkOf('clients', node)).port)}` };
    });
  }

  launch(): void {
    for (const node of this.nodes) node.start();
    this.memory = setInterval(() => {
      for (const node of this.nodes) node.sampleMemory();
    }, MEMORY_EVERY_MS);
  }

  /**
   * Resolves when every app is ready.
   * @throws SystemError that says who is not and why, at once if somebody cannot even start
   */
  async ready(timeoutMs: number): Promise<void> {
    const settled = (): boolean => missing().length === 0 || this.nodes.some((node) => node.cannotStart);
    const missing = (): AppNode[] => this.nodes.filter((node) => !node.isReady);
    const startedAt = performance.now();
    await eventually(settled, { timeoutMs, intervalMs: 50 }).catch(() => undefined);
    const late = missing();
    if (late.length === 0) return;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    const told = late.map((node) => `${node.name}: ${node.trouble}`).join('\n');
    throw new SystemError(`after ${seconds} s not every app is ready:\n${told}`);
  }

  /** Ends the apps in good order; what they exit with belongs to the history. */
  async stopApps(): Promise<void> {
    clearInterval(this.memory);
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async dispose(): Promise<void> {
    await this.stopApps();
    await Promise.allSettled([...this.parts.links.values()].map((link) => link.close()));
    await Promise.allSettled([this.model.close(), this.database.close()]);
    await this.servers.dispose();
  }
}

interface Wiring {
  readonly servers: Servers;
  readonly links: Map<LinkName, FaultProxy>;
  readonly random: Random;
}

/** Gives a process links of its own to both servers and returns the variables that lead over them. */
async function connect(spec: NodeSpec, { servers, links, random }: Wiring): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, server, variable] of [
    ['postgres', servers.postgres, 'DATABASE_URL'],
    ['redis', servers.redis, 'REDIS_URL'],
  ] as const) {
    const link = await linkTo(server.port, random.split(`${spec.name}>${name}`));
    links.set(linkOf(spec.name, name), link);
    const url = new URL(server.url);
    url.port = String(link.port);
    env[variable] = url.href;
  }
  return env;
}

function linkTo(port: number, random: Random): Promise<FaultProxy> {
  return FaultProxy.start({ target: port, random: () => random.next() });
}
