import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RpcClient, RedisConnections, ResilientClientRedis } from '@holdfast/redis';
import { createLogger } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { RedisInstanceRegistry, SystemStatusReader } from '../index.js';

const HEARTBEAT_MS = 250;

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

describe('RedisInstanceRegistry', () => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let port: number;
  const open: RedisConnections[] = [];

  function instance(instanceId: string) {
    const connections = new RedisConnections(redisConfig(`redis://127.0.0.1:${port}`), logger);
    open.push(connections);
    const shutdown = new Shutdown();
    const registry = new RedisInstanceRegistry(connections, shutdown, {
      app: 'gateway',
      instanceId,
      version: '1.2.3',
      heartbeatMs: HEARTBEAT_MS,
    });
    registry.onApplicationBootstrap();
    return { registry, connections, shutdown };
  }

  async function ids(registry: RedisInstanceRegistry): Promise<string[] | 'unavailable'> {
    const listed = await registry.list();
    return listed === 'unavailable' ? listed : listed.map(({ instanceId }) => instanceId).sort();
  }

  beforeEach(async () => {
    port = await freePort();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((connections) => connections.close()));
    await redis?.dispose();
    redis = undefined;
  });

  it('lists who beats, with load and age, and forgets who stops or says goodbye', async () => {
    redis = await startRedis({ port });
    const a = instance('a');
    const b = instance('b');
    const c = instance('c');
    a.registry.reportLoad(() => ({ connections: 7 }));
    await eventually(async () => {
      expect(await ids(a.registry)).toEqual(['a', 'b', 'c']);
      expect(await b.registry.list()).toContainEqual(
        expect.objectContaining({ instanceId: 'a', app: 'gateway', version: '1.2.3', state: 'ready', connections: 7 }),
      );
    });
    for (const info of await b.registry.list()) {
      expect(info).toMatchObject({ ageMs: expect.any(Number), loopLagMs: expect.any(Number) });
    }
    await b.connections.close();
    expect(await ids(a.registry)).toEqual(['a', 'c']);
    // As if killed: no goodbye, no further heartbeat.
    c.connections.command.disconnect();
    await eventually(async () => expect(await ids(a.registry)).toEqual(['a']));
  });

  it('says unavailable without Redis, and lists all within 5 s of a Redis that comes back empty', async () => {
    const a = instance('a');
    const b = instance('b');
    expect(await a.registry.list()).toBe('unavailable');
    redis = await startRedis({ port, settings: { appendonly: 'no' } });
    await eventually(async () => expect(await ids(a.registry)).toEqual(['a', 'b']));
    redis.signal('SIGKILL');
    await redis.exited;
    expect(await a.registry.list()).toBe('unavailable');
    await redis.restart();
    await eventually(async () => expect(await ids(b.registry)).toEqual(['a', 'b']));
  });

  it('answers in bounded time while Redis hangs', async () => {
    redis = await startRedis({ port });
    const { registry } = instance('a');
    await eventually(async () => expect(await ids(registry)).toEqual(['a']));
    redis.signal('SIGSTOP');
    const asked = Date.now();
    expect(await registry.list()).toBe('unavailable');
    expect(Date.now() - asked).toBeLessThan(1_500);
    redis.signal('SIGCONT');
  });

  it('shows a draining instance as draining', async () => {
    redis = await startRedis({ port });
    const { registry, shutdown } = instance('a');
    await eventually(async () => expect(await ids(registry)).toEqual(['a']));
    await shutdown.beforeApplicationShutdown();
    expect(await registry.list()).toMatchObject([{ instanceId: 'a', state: 'draining' }]);
  });

  it('ignores values that nobody could have written', async () => {
    redis = await startRedis({ port });
    const { registry, connections } = instance('a');
    await eventually(async () => expect(await ids(registry)).toEqual(['a']));
    const { command, keys } = connections;
    for (const [id, text] of [
      ['x', 'rubbish'],
      ['y', '{}'],
      ['z', 'null'],
    ] as const) {
      await command.set(keys.instance(id), text, 'PX', 60_000);
      await command.zadd(keys.instances, Date.now(), id);
    }
    expect(await ids(registry)).toEqual(['a']);
  });

  it('makes a system status of what answers, within a bound', async () => {
    redis = await startRedis({ port });
    const { registry, connections } = instance('a');
    const reader = new SystemStatusReader(registry, new RpcClient(new ResilientClientRedis(connections)), '1.2.3');
    await eventually(async () => {
      expect(await reader.read()).toMatchObject({
        version: '1.2.3',
        registry: 'available',
        instances: [{ instanceId: 'a' }],
        sloService: null,
      });
    });
    await redis.stop();
    const asked = Date.now();
    expect(await reader.read()).toMatchObject({ registry: 'unavailable', instances: [], sloService: null });
    expect(Date.now() - asked).toBeLessThan(1_000);
  });
});
