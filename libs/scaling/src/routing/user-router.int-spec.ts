import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { metrics } from '@holdfast/observability';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { RegistryInstance } from '../../test/registry-instance.js';
import { InstanceRelay } from './instance-relay.js';
import type { UserHint } from './user-hint.js';
import { UserRouter } from './user-router.js';

/** Nobody's id, to see whether an instance hears. */
const PROBE = '?';
const WAIT = { timeoutMs: 20_000 };

jest.setTimeout(60_000);

function hintFor(userId: string): UserHint<'inbox.updated'> {
  return { target: { tenantId: 't', userId }, event: 'inbox.updated', payload: { threads: [] } };
}

async function routes(): Promise<Record<string, number>> {
  const { values } = await metrics.counter('holdfast_routes_total').get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.route), value]));
}

async function ignoredMessages(): Promise<number> {
  const { values } = await metrics.counter('holdfast_ignored_packets_total').get();
  return values.find(({ labels }) => labels.source === 'relay')?.value ?? 0;
}

/** An instance with the ways that a hint may take from and to it. */
class Routing {
  readonly local: string[] = [];
  readonly broadcast: string[] = [];
  readonly relayed: string[] = [];
  readonly router: UserRouter;
  isListening = false;

  constructor(readonly instance: RegistryInstance) {
    const relay = new InstanceRelay(instance.redis, instance.registry.identity.instanceId);
    relay.listen(({ target }) => {
      if (target.userId === PROBE) this.isListening = true;
      else this.relayed.push(target.userId);
    });
    this.router = new UserRouter({
      registry: instance.connections,
      relay,
      local: ({ target }) => this.local.push(target.userId),
      broadcast: ({ target }) => this.broadcast.push(target.userId),
    });
  }

  connect(userId: string): Promise<boolean> {
    return this.instance.connections.add({ tenantId: 't', userId }, 'x');
  }
}

describe('the way of a hint to one user', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let port: number;
  const open: RegistryInstance[] = [];

  function start(instanceId: string): Routing {
    const instance = new RegistryInstance(redisConfig(`redis://127.0.0.1:${port}`), instanceId);
    open.push(instance);
    return new Routing(instance);
  }

  /** Instances that know each other and hear each other. */
  async function fleet(...ids: string[]): Promise<Routing[]> {
    const started = ids.map(start);
    await eventually(() => started.every(({ instance }) => instance.connections.isSettled), WAIT);
    for (const routing of started) {
      const { redis: connections, registry } = routing.instance;
      const channel = connections.keys.relay(registry.identity.instanceId);
      await eventually(async () => {
        await connections.publish.publish(channel, JSON.stringify([hintFor(PROBE)]));
        return routing.isListening;
      }, WAIT);
    }
    return started;
  }

  beforeEach(async () => {
    port = await freePort();
    redis = await startRedis({ port, settings: { appendonly: 'no' } });
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((instance) => instance.close()));
    await redis.dispose();
  });

  it('leads to the instances that have the connections only, and nowhere if there are none', async () => {
    const [a, b, c] = await fleet('a', 'b', 'c');
    if (!a || !b || !c) throw new Error('no fleet');
    await Promise.all([b.connect('ada'), a.connect('bob'), c.connect('bob'), a.connect('eve')]);
    const before = await routes();
    for (const userId of ['ada', 'bob', 'eve', 'nobody', 'ada']) a.router.route(hintFor(userId));
    await eventually(() => {
      expect(a.local).toEqual(['bob', 'eve']);
      expect(b.relayed).toEqual(['ada', 'ada']);
      expect(c.relayed).toEqual(['bob']);
    }, WAIT);
    expect([a.relayed, a.broadcast, b.local, b.broadcast]).toEqual([[], [], [], []]);
    const after = await routes();
    expect((after['direct'] ?? 0) - (before['direct'] ?? 0)).toBe(4);
    expect((after['none'] ?? 0) - (before['none'] ?? 0)).toBe(1);
    expect(after['broadcast']).toBe(before['broadcast']);
    // Nobody who connects is taken for absent because of an earlier question.
    await b.connect('nobody');
    a.router.route(hintFor('nobody'));
    await eventually(() => expect(b.relayed).toContain('nobody'), WAIT);
  });

  it('leads to all while the registry is away, does not answer, or fills up again', async () => {
    const [a, b] = await fleet('a', 'b');
    if (!a || !b) throw new Error('no fleet');
    await b.connect('ada');
    const { command, keys } = a.instance.redis;
    await command.set(keys.connections('t', 'foreign'), 'a text');
    for (const userId of ['foreign', 'ada']) a.router.route(hintFor(userId));
    await eventually(() => {
      expect(a.broadcast).toEqual(['foreign']);
      expect(b.relayed).toEqual(['ada']);
    }, WAIT);

    redis.signal('SIGKILL');
    await redis.exited;
    await eventually(() => a.instance.redis.state === 'down', WAIT);
    a.router.route(hintFor('ada'));
    expect(a.broadcast).toEqual(['foreign', 'ada']);

    await redis.restart();
    await eventually(() => a.instance.registry.isRegistered, WAIT);
    if (!a.instance.connections.isSettled) {
      a.router.route(hintFor('bob'));
      expect(a.broadcast).toEqual(['foreign', 'ada', 'bob']);
    }
    b.relayed.length = 0;
    await eventually(() => {
      a.router.route(hintFor('ada'));
      return eventually(() => expect(b.relayed).toContain('ada'), { timeoutMs: 200 });
    }, WAIT);
  });

  it('leads to all when Redis hangs in the middle of the question', async () => {
    const [a] = await fleet('a');
    if (!a) throw new Error('no fleet');
    redis.signal('SIGSTOP');
    a.router.route(hintFor('ada'));
    await eventually(() => expect(a.broadcast).toEqual(['ada']), WAIT);
    redis.signal('SIGCONT');
  });

  it('counts and ignores what is no hint', async () => {
    const [a] = await fleet('a');
    if (!a) throw new Error('no fleet');
    const before = await ignoredMessages();
    const { publish, keys } = a.instance.redis;
    const target = { tenantId: 't', userId: 'ada' };
    for (const message of [
      'rubbish',
      '{}',
      JSON.stringify([{ target: 'ada', event: 'inbox.updated', payload: { threads: [] } }]),
      JSON.stringify([
        { target, event: 'no.such_event', payload: {} },
        { target, event: 'inbox.updated', payload: 1 },
      ]),
      JSON.stringify([{ target, event: 'toString', payload: {} }, hintFor('bob')]),
    ]) {
      await publish.publish(keys.relay('a'), message);
    }
    await eventually(() => expect(a.relayed).toEqual(['bob']), WAIT);
    expect((await ignoredMessages()) - before).toBe(6);
  });
});
