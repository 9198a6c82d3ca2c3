import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { eventually, FaultProxy, startRedisCluster, type RedisFleet } from '@holdfast/testing';
import { redisConfig } from '../test/redis-config.js';
import { GuardedPublisher, RedisConnections, Subscriber } from './index.js';

const WAIT = { timeoutMs: 20_000 };
/** Two misses in a row, 2 s apart, each after 1.5 s, and the way back; TCP takes a quarter of an hour. */
const NOTICED = { timeoutMs: 15_000 };

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(90_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

describe('links to a Redis Cluster of three nodes that fall silent without a word', () => {
  const proxies = new Map<number, FaultProxy>();
  let fleet: RedisFleet;
  /** To each node directly, as other processes have it. */
  let direct: RedisConnections[] = [];
  let connections: RedisConnections;

  beforeAll(async () => {
    fleet = await startRedisCluster({
      announce: async (port) => {
        const proxy = await FaultProxy.start({ target: port });
        proxies.set(port, proxy);
        return proxy.port;
      },
    });
    direct = fleet.data.map(({ url }) => new RedisConnections(redisConfig(url), logger));
  });

  afterAll(async () => {
    await Promise.all(direct.map((each) => each.close()));
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    await fleet.dispose();
  });

  beforeEach(async () => {
    connections = new RedisConnections({ ...redisConfig(''), mode: 'cluster', nodes: [...fleet.nodes] }, logger);
    await eventually(() => connections.state === 'up', WAIT);
  });

  afterEach(async () => {
    await connections.close();
    // The nodes have not been told of what was lost.
    await Promise.all(direct.map(({ command }) => command.client('KILL', 'TYPE', 'PUBSUB')));
  });

  /** Resolves once a hint that another process publishes, at whichever node, arrives by each of the ways. */
  async function hears(heard: Set<string>, within: { readonly timeoutMs: number }): Promise<void> {
    for (const [n, each] of direct.entries()) {
      const publisher = new GuardedPublisher(each.publish, 'test');
      await eventually(async () => {
        heard.clear();
        expect(await publisher.publish('one', n.toString())).toBe(true);
        expect(await publisher.publish('many-x', n.toString())).toBe(true);
        await eventually(() => expect([...heard].sort()).toEqual([`many-x ${n}`, `one ${n}`]), { timeoutMs: 200 });
      }, within);
    }
  }

  function subscribe(): Set<string> {
    const heard = new Set<string>();
    const subscriber = new Subscriber(connections.create('subscribe'));
    subscriber.on('message', (channel: string, text: string) => heard.add(`${channel} ${text}`));
    subscriber.on('pmessage', (_pattern: string, channel: string, text: string) => heard.add(`${channel} ${text}`));
    void subscriber.subscribe('one');
    void subscriber.psubscribe('many-*');
    return heard;
  }

  it('hears again, and commands every node again, after all links were lost', async () => {
    const heard = subscribe();
    await hears(heard, WAIT);
    const names = Array.from({ length: 20 }, (_, n) => `key-${n.toString()}`);
    const commands = () => Promise.all(names.map((name) => connections.command.set(name, '1', 'PX', 60_000)));
    await eventually(commands, WAIT);
    for (const proxy of proxies.values()) proxy.forget();
    await Promise.all([hears(heard, NOTICED), eventually(commands, NOTICED)]);
  });

  it('hears again after only the link that hints come by was lost', async () => {
    const heard = subscribe();
    await hears(heard, WAIT);
    const hearing = await eventually(async () => {
      const clients = await Promise.all(direct.map(({ command }) => command.client('LIST', 'TYPE', 'PUBSUB')));
      const found = fleet.data.filter((_, n) => String(clients[n]).includes('test:subscribe'));
      expect(found).toHaveLength(1);
      return found[0];
    }, WAIT);
    proxies.get(hearing?.port ?? 0)?.forget();
    await hears(heard, NOTICED);
  });
});
