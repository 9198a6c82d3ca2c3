import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ResilientClientRedis, RpcClient } from '@holdfast/redis';
import { metrics } from '@holdfast/observability';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { RegistryInstance } from '../../test/registry-instance.js';
import { SystemStatusReader, type InstanceRegistry } from '../index.js';

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(60_000);

const WAIT = { timeoutMs: 15_000 };

async function ignoredValues(): Promise<number> {
  const { values } = await metrics.counter('holdfast_ignored_packets_total').get();
  return values.filter(({ labels }) => labels.source === 'registry').reduce((sum, { value }) => sum + value, 0);
}

describe('the instance registry', () => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let port: number;
  const open: RegistryInstance[] = [];

  function instance(instanceId: string): RegistryInstance {
    const made = new RegistryInstance(redisConfig(`redis://127.0.0.1:${port}`), instanceId);
    open.push(made);
    return made;
  }

  async function ids(registry: InstanceRegistry): Promise<string[] | 'unavailable'> {
    const listed = await registry.list();
    return listed === 'unavailable' ? listed : listed.map(({ instanceId }) => instanceId).sort();
  }

  beforeEach(async () => {
    port = await freePort();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((made) => made.close()));
    await redis?.dispose();
    redis = undefined;
  });

  it('lists who beats, with load and age, and forgets who stops or says goodbye', async () => {
    redis = await startRedis({ port });
    const a = instance('a');
    const b = instance('b');
    const c = instance('c');
    a.registry.reportLoad(() => ({ connections: 7, outboundBytes: 4_096 }));
    await eventually(async () => {
      expect(await ids(a.registry)).toEqual(['a', 'b', 'c']);
      expect(await b.registry.list()).toContainEqual(
        expect.objectContaining({
          instanceId: 'a',
          app: 'gateway',
          version: '1.2.3',
          state: 'ready',
          connections: 7,
          outboundBytes: 4_096,
        }),
      );
    });
    for (const info of await b.registry.list()) {
      expect(info).toMatchObject({ ageMs: expect.any(Number), loopLagMs: expect.any(Number) });
    }
    await b.close();
    expect(await ids(a.registry)).toEqual(['a', 'c']);
    // As if killed: no goodbye, no further heartbeat.
    c.kill();
    await eventually(async () => expect(await ids(a.registry)).toEqual(['a']), WAIT);
  });

  it('says unavailable without Redis, and lists all within 5 s of a Redis that comes back empty', async () => {
    const a = instance('a');
    const b = instance('b');
    expect(await a.registry.list()).toBe('unavailable');
    redis = await startRedis({ port, settings: { appendonly: 'no' } });
    await eventually(async () => expect(await ids(a.registry)).toEqual(['a', 'b']), WAIT);
    redis.signal('SIGKILL');
    await redis.exited;
    expect(await a.registry.list()).toBe('unavailable');
    await redis.restart();
    await eventually(async () => expect(await ids(b.registry)).toEqual(['a', 'b']), WAIT);
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

  it('ignores and counts values that nobody could have written, and replaces them where they are in the way', async () => {
    redis = await startRedis({ port });
    const { registry, redis: connections } = instance('a');
    await eventually(async () => expect(await ids(registry)).toEqual(['a']));
    const { command, keys } = connections;
    const before = await ignoredValues();
    for (const [lease, text] of [
      ['gateway:x:0123456789ab', 'rubbish'],
      ['gateway:y:0123456789ab', '{}'],
      ['gateway:z:0123456789ab', 'null'],
      ['no lease at all', '{}'],
    ] as const) {
      await command.set(keys.instance(lease), text, 'PX', 60_000);
      await command.zadd(keys.instances, Date.now(), lease);
    }
    expect(await registry.census()).toMatchObject({ instances: [{ instanceId: 'a' }], stale: [] });
    expect((await ignoredValues()) - before).toBeGreaterThanOrEqual(4);
    await command.set(keys.instances, 'not a list of leases');
    await eventually(async () => expect(await ids(registry)).toEqual(['a']), WAIT);
  });

  it('gives an instance that starts again under its id, or was taken for dead, a new lease', async () => {
    redis = await startRedis({ port });
    const a = instance('a');
    await eventually(() => a.registry.isRegistered, WAIT);
    const lease = a.registry.lease;
    await a.redis.command.del(a.redis.keys.instance(lease));
    await eventually(() => expect(a.registry.lease).not.toBe(lease), WAIT);
    await eventually(async () => expect(await ids(a.registry)).toEqual(['a']), WAIT);
    a.kill();
    const again = instance('a');
    await eventually(async () => expect(await again.registry.census()).toMatchObject({ stale: [] }), WAIT);
    expect(await ids(again.registry)).toEqual(['a']);
  });

  it('makes a system status of what answers, within a bound', async () => {
    redis = await startRedis({ port });
    const { registry, redis: connections } = instance('a');
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
