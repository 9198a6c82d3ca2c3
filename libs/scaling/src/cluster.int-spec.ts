import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CHAT_NAMESPACE, type ServerEvent } from '@holdfast/contracts';
import { createLogger } from '@holdfast/observability';
import { RedisConnections, type RedisConfig } from '@holdfast/redis';
import { eventually, startRedisCluster, type RedisFleet } from '@holdfast/testing';
import { redisConfig } from '../test/redis-config.js';
import { RegistryInstance } from '../test/registry-instance.js';
import { TestGateway, TestLog } from '../test/test-gateway.js';
import { EmitterFanOut, InstanceRelay, userRoom, type FanOut } from './index.js';

const WAIT = { timeoutMs: 20_000 };
const RUN = '00000000-0000-4000-8000-00000000000c';

// Processes start and stop here; a loaded machine is slow.
jest.setTimeout(90_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

describe('on a Redis Cluster of three nodes', () => {
  let fleet: RedisFleet;
  let config: RedisConfig;
  const open: { close(): Promise<unknown> }[] = [];

  async function instance(instanceId: string): Promise<RegistryInstance> {
    const made = new RegistryInstance(config, instanceId);
    open.push(made);
    await eventually(() => made.registry.isRegistered, WAIT);
    return made;
  }

  beforeAll(async () => {
    fleet = await startRedisCluster();
    config = { ...redisConfig(''), mode: 'cluster', nodes: [...fleet.nodes] };
  });

  afterAll(async () => {
    for (const closable of open) await closable.close();
    await fleet.dispose();
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

  it('carries events between gateways and from an emitter, and again by itself after each node was killed once', async () => {
    const log = new TestLog();
    const [a, b] = [new TestGateway(config, log), new TestGateway(config, log)];
    const worker = new RedisConnections(config, logger);
    open.push(a, b, worker);
    const emitter = new EmitterFanOut(worker, logger);
    const seen = [await a.watch(), await b.watch()];
    const user = { tenantId: log.target.tenantId, userId: RUN };
    const heard = [a, b].map((gateway) => {
      const offsets: unknown[] = [];
      gateway.client?.on('run.chunk', ({ off }: ServerEvent<'run.chunk'>) => offsets.push(off));
      gateway.client?.on('presence.changed', () => offsets.push('presence'));
      return offsets;
    });
    b.server.of(CHAT_NAMESPACE).local.socketsJoin(userRoom(user));

    let said = 0;
    /** What nobody pulls: it comes through Redis or not at all. */
    const carries = (from: FanOut, ears: unknown[] | undefined) =>
      eventually(async () => {
        said += 1;
        const chunk = { threadId: log.target.threadId, runId: RUN, attempt: 1, off: said, parts: [] };
        from.toThread(log.target, 'run.chunk', chunk);
        await eventually(() => expect(ears).toContain(chunk.off), { timeoutMs: 200 });
      }, WAIT);
    const carriesAll = () =>
      Promise.all([
        carries(a.fanOut, heard[1]),
        carries(b.fanOut, heard[0]),
        carries(emitter, heard[0]),
        carries(emitter, heard[1]),
      ]);

    await carriesAll();
    emitter.toUser(user, 'presence.changed', { userId: RUN, online: true });
    await eventually(() => expect(heard[1]).toContain('presence'), WAIT);
    for (const node of fleet.data) {
      node.signal('SIGKILL');
      await node.exited;
      a.fanOut.toThread(log.target, 'events.appended', log.append());
      await node.restart();
      await carriesAll();
      b.poll();
    }
    const publishers = [a.fanOut, b.fanOut, emitter];
    for (let count = 0; count < 90; count += 1) {
      publishers[count % 3]?.toThread(log.target, 'events.appended', log.append());
    }
    const all = log.events.map(({ seq }) => seq);
    await eventually(() => expect(seen).toEqual([all, all]), WAIT);
  });
});
