import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { metrics } from '@holdfast/observability';
import { eventually } from '@holdfast/testing';
import { ignoredValues, RegistryStage } from '../../test/registry-stage.js';

const ADA = { tenantId: 't', userId: 'ada' };
const BOB = { tenantId: 't', userId: 'bob' };
const WAIT = { timeoutMs: 20_000 };

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(90_000);

function user(n: number) {
  return { tenantId: 't', userId: `user-${n.toString()}` };
}

async function cleanups(outcome: string): Promise<number> {
  const { values } = await metrics.counter('holdfast_registry_cleanups_total').get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

describe('the connection registry', () => {
  let stage: RegistryStage;
  const instance: RegistryStage['instance'] = (...given) => stage.instance(...given);

  beforeEach(async () => {
    stage = await RegistryStage.set();
  });

  afterEach(() => stage.strike());

  it('tells which connections of a user live where, and who came first and left last', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    expect(await a.connections.add(ADA, 'one')).toBe(true);
    expect(await b.connections.add(ADA, 'two')).toBe(false);
    expect(await b.connections.add(ADA, 'three')).toBe(false);
    const [ada, bob] = await a.connections.locate([ADA, BOB]);
    expect(ada).toHaveLength(2);
    expect(ada).toContainEqual({ instanceId: 'a', connectionIds: ['one'] });
    expect(ada).toContainEqual({ instanceId: 'b', connectionIds: ['two', 'three'] });
    expect(bob).toEqual([]);
    expect(await b.connections.remove(ADA, 'two')).toBe(false);
    expect(await b.connections.remove(ADA, 'three')).toBe(false);
    expect(await a.connections.remove(ADA, 'nobody knows it')).toBe(false);
    expect(await a.connections.remove(ADA, 'one')).toBe(true);
    expect(await b.connections.locate([ADA])).toEqual([[]]);
  });

  it('has an instance that died cleaned up by exactly one of two survivors, and scans nothing', async () => {
    const [a, b, dead] = [await instance('a'), await instance('b'), await instance('dead')];
    const crowd = Array.from({ length: 450 }, (_, n) => user(n));
    await Promise.all(crowd.map((each) => dead.connections.add(each, 'x')));
    // Some of them are at a survivor as well.
    await Promise.all(crowd.slice(0, 50).map((each) => b.connections.add(each, 'y')));
    const before = await cleanups('cleaned');
    await a.redis.command.config('RESETSTAT');
    dead.kill();
    await eventually(async () => {
      expect(await a.redis.command.zcard(a.redis.keys.instances)).toBe(2);
    }, WAIT);
    expect((await cleanups('cleaned')) - before).toBe(1);
    expect([a.departed.length, b.departed.length].sort()).toEqual([0, 400]);
    expect(new Set([...a.departed, ...b.departed])).toEqual(new Set(crowd.slice(50).map(({ userId }) => userId)));
    expect(await a.presence.online('t', ['user-0', 'user-49', 'user-50', 'user-449'])).toEqual(['user-0', 'user-49']);
    const left = await a.redis.command.keys('*');
    expect(left.filter((key) => key.includes('dead'))).toEqual([]);
    const used = await a.redis.command.info('commandstats');
    // The test itself asked for the keys once.
    expect(used).not.toMatch(/cmdstat_scan:|cmdstat_keys:calls=([2-9]|1\d)/);
  });

  it('finds an instance that died behind leases that nobody cleans up, and takes off the list what is no lease', async () => {
    const [a, dead] = [await instance('a'), await instance('dead')];
    await dead.connections.add(ADA, 'x');
    const { command, keys } = a.redis;
    const before = await ignoredValues();
    const numbers = Array.from({ length: 120 }, (_, n) => n.toString());
    const anHourAgo = Date.now() - 3_600_000;
    await command.zadd(keys.instances, ...numbers.flatMap((n) => [1, `no lease ${n}`]));
    await command.zadd(keys.instances, ...numbers.flatMap((n) => [anHourAgo, `slo-service:${n}:0123456789ab`]));
    dead.kill();
    await eventually(() => expect(a.departed).toEqual(['ada']), WAIT);
    expect(await a.connections.locate([ADA])).toEqual([[]]);
    expect(await command.zcount(keys.instances, 1, 1)).toBe(0);
    expect(await command.zcount(keys.instances, anHourAgo, anHourAgo)).toBe(120);
    expect((await ignoredValues()) - before).toBe(120);
  });

  it('forgets nobody who leaves while more wait to be written than there is room for', async () => {
    const [a, b] = [await instance('a', 5), await instance('b')];
    const crowd = Array.from({ length: 20 }, (_, n) => user(n));
    for (const each of crowd) await a.connections.add(each, 'x');
    // At most the first one is written at once and five wait; for the others there is no room.
    const went = await Promise.all(crowd.map((each) => a.connections.remove(each, 'x')));
    expect(went.filter(Boolean).length).toBeLessThanOrEqual(6);
    await eventually(async () => expect(await b.connections.locate(crowd)).toEqual(crowd.map(() => [])), WAIT);

    for (const each of crowd) await a.connections.add(each, 'y');
    await a.close();
    expect(await b.connections.locate(crowd)).toEqual(crowd.map(() => []));
    expect(await b.redis.command.zcard(b.redis.keys.instances)).toBe(1);
  });

  it('goes on with what a cleaner left that died itself', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await b.connections.add(ADA, 'x');
    const { command, keys } = a.redis;
    // Somebody claims what is about to be lost, and is never heard of again.
    await command.set(keys.cleaning(b.registry.lease), 'gateway:gone:0123456789ab', 'PX', 3_000);
    b.kill();
    await eventually(async () => expect(await a.registry.census()).toMatchObject({ stale: ['b'] }), WAIT);
    expect(await a.cleaner.sweep()).toEqual([]);
    expect(a.departed).toEqual([]);
    await eventually(() => expect(a.departed).toEqual(['ada']), WAIT);
    await eventually(async () => expect(await a.registry.census()).toMatchObject({ stale: [] }), WAIT);
  });

  it('registers an instance anew that was taken for dead, and cleaning up touches nothing of it', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await b.connections.add(ADA, 'x');
    const lease = b.registry.lease;
    await a.redis.command.del(a.redis.keys.instance(lease));
    await eventually(() => expect(b.registry.lease).not.toBe(lease), WAIT);
    await eventually(async () => {
      expect(await a.redis.command.zscore(a.redis.keys.instances, lease)).toBeNull();
      expect(await a.connections.locate([ADA])).toEqual([[{ instanceId: 'b', connectionIds: ['x'] }]]);
    }, WAIT);
    expect(await a.redis.command.hkeys(a.redis.keys.connections('t', 'ada'))).toEqual([b.registry.lease]);
  });

  it('leaves nothing behind of a lease that ended unnoticed, and that was cleaned up while it was still in use', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await b.connections.add(ADA, 'x');
    const lease = b.registry.lease;
    const { command, keys } = a.redis;
    // The entry is written after the survivor took the index away, as it may happen between two heartbeats.
    await command.del(keys.leaseUsers(lease));
    await command.del(keys.instance(lease));
    await eventually(async () => expect(await command.zscore(keys.instances, lease)).toBeNull(), WAIT);
    await eventually(async () => {
      expect(await command.hkeys(keys.connections('t', 'ada'))).toEqual([b.registry.lease]);
      expect(b.registry.lease).not.toBe(lease);
    }, WAIT);
  });

  it('tells everything to a Redis that comes back empty, what changed meanwhile included', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    const crowd = Array.from({ length: 1_000 }, (_, n) => user(n));
    await Promise.all(crowd.map((each) => a.connections.add(each, 'x')));
    await b.connections.add(ADA, 'x');
    await eventually(() => a.connections.isSettled, WAIT);
    stage.redis.signal('SIGKILL');
    await stage.redis.exited;
    await eventually(() => a.redis.state === 'down', WAIT);
    expect(a.connections.isSettled).toBe(false);
    expect(await a.connections.locate([ADA])).toEqual(['unknown']);
    expect(await b.connections.remove(ADA, 'x')).toBe(false);
    expect(await b.connections.add(BOB, 'x')).toBe(false);
    await stage.redis.restart();
    await eventually(async () => {
      const online = await b.connections.locate([...crowd, ADA, BOB]);
      expect(online.filter((places) => places !== 'unknown' && places.length === 1)).toHaveLength(1_001);
      expect(online.at(-2)).toEqual([]);
    }, WAIT);
    await eventually(() => a.connections.isSettled && b.connections.isSettled, WAIT);
  });

  it('notices a Redis that was emptied under it', async () => {
    const a = await instance('a');
    await a.connections.add(ADA, 'x');
    await a.redis.command.flushall();
    await eventually(async () => {
      expect(await a.connections.locate([ADA])).toEqual([[{ instanceId: 'a', connectionIds: ['x'] }]]);
    }, WAIT);
  });

  it('takes everything of its own with it when it leaves', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    await Promise.all([b.connections.add(ADA, 'x'), b.connections.add(BOB, 'y'), a.connections.add(BOB, 'z')]);
    await b.close();
    expect(await a.presence.online('t', ['ada', 'bob'])).toEqual(['bob']);
    expect(await a.redis.command.zcard(a.redis.keys.instances)).toBe(1);
  });

  it('ignores what others put into its keys', async () => {
    const a = await instance('a');
    await a.connections.add(ADA, 'x');
    const { command, keys } = a.redis;
    await command.hset(keys.connections('t', 'ada'), 'no lease', 'y', 'gateway:b:0123456789ab', 'not an id!');
    expect(await a.connections.locate([ADA])).toEqual([[{ instanceId: 'a', connectionIds: ['x'] }]]);
    await command.set(keys.connections('t', 'bob'), 'a text');
    expect(await a.connections.locate([BOB])).toEqual(['unknown']);
    expect(await a.presence.online('t', ['ada', 'bob'])).toEqual(['ada']);
    await a.connections.add(BOB, 'y');
    expect(await a.connections.locate([BOB])).toEqual([[{ instanceId: 'a', connectionIds: ['y'] }]]);

    await command.set(keys.leaseUsers(a.registry.lease), 'a text');
    await a.connections.add(ADA, 'z');
    await eventually(async () => {
      expect(await a.connections.locate([ADA])).toEqual([[{ instanceId: 'a', connectionIds: ['x', 'z'] }]]);
    }, WAIT);
    const lost = 'gateway:lost:0123456789ab';
    await command.zadd(keys.instances, 1, lost);
    await command.sadd(keys.leaseUsers(lost), 'rubbish', 't/nobody');
    await eventually(async () => expect(await command.exists(keys.leaseUsers(lost))).toBe(0), WAIT);
    await eventually(async () => expect(await command.zscore(keys.instances, lost)).toBeNull(), WAIT);
  });
});
