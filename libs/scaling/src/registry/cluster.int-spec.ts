import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { RedisConnections } from '@holdfast/redis';
import { eventually, freeClusterPort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { RegistryInstance } from '../../test/registry-instance.js';
import { InstanceRelay } from '../routing/instance-relay.js';

const WAIT = { timeoutMs: 20_000 };

jest.setTimeout(90_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

// One node that owns every slot refuses commands across slots as a larger cluster does.
describe('the registry on a Redis Cluster', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  const open: RegistryInstance[] = [];

  async function instance(instanceId: string): Promise<RegistryInstance> {
    const config = {
      ...redisConfig(redis.url),
      mode: 'cluster' as const,
      nodes: [{ host: '127.0.0.1', port: redis.port }],
    };
    const made = new RegistryInstance(config, instanceId);
    open.push(made);
    await eventually(() => made.registry.isRegistered, WAIT);
    return made;
  }

  beforeAll(async () => {
    const port = await freeClusterPort();
    redis = await startRedis({ port, settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } });
    const admin = new RedisConnections(redisConfig(redis.url), logger);
    await eventually(() => admin.state === 'up', WAIT);
    await admin.command.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await admin.close();
  });

  afterAll(async () => {
    await Promise.all(open.map((made) => made.close()));
    await redis.dispose();
  });

  it('registers, locates, relays, cleans up and leaves', async () => {
    const [a, b, dead] = [await instance('a'), await instance('b'), await instance('dead')];
    const crowd = Array.from({ length: 250 }, (_, n) => ({ tenantId: 't', userId: `user-${n.toString()}` }));
    await Promise.all(crowd.map((user) => dead.connections.add(user, 'x')));
    await b.connections.add({ tenantId: 't', userId: 'ada' }, 'y');
    const located = await a.connections.locate(crowd);
    expect(located).toEqual(crowd.map(() => [{ instanceId: 'dead', connectionIds: ['x'] }]));

    const heard: string[] = [];
    new InstanceRelay(b.redis, 'b').listen(({ target }) => heard.push(target.userId));
    const target = { tenantId: 't', userId: 'ada' };
    await eventually(() => {
      new InstanceRelay(a.redis, 'a').send('b', [{ target, event: 'inbox.updated', payload: { threads: [] } }]);
      return eventually(() => expect(heard).toContain('ada'), { timeoutMs: 200 });
    }, WAIT);

    dead.kill();
    await eventually(() => expect(a.departed.length + b.departed.length).toBe(250), WAIT);
    await eventually(async () => expect(await a.registry.census()).toMatchObject({ stale: [] }), WAIT);
    await b.close();
    expect(await a.connections.locate([target])).toEqual([[]]);
    expect(await a.registry.census()).toMatchObject({ stale: [], instances: [{ instanceId: 'a' }] });
  });
});
