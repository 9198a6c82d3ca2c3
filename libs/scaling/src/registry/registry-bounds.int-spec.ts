import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { metrics } from '@holdfast/observability';
import { eventually } from '@holdfast/testing';
import { ignoredValues, RegistryStage } from '../../test/registry-stage.js';

const WAIT = { timeoutMs: 20_000 };

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(90_000);

async function pendingUsers(): Promise<number | undefined> {
  const { values } = await metrics.gauge('holdfast_registry_pending').get();
  return values[0]?.value;
}

describe('the registry under more, or other, than it expects', () => {
  let stage: RegistryStage;
  const instance: RegistryStage['instance'] = (...given) => stage.instance(...given);

  beforeEach(async () => {
    stage = await RegistryStage.set();
  });

  afterEach(() => stage.strike());

  it('cleans up what is claimed by nobody: without an end, in no name of a lease, by another type', async () => {
    const a = await instance('a');
    const { command, keys } = a.redis;
    const before = await ignoredValues();
    const claims: readonly ((key: string) => Promise<unknown>)[] = [
      (key) => command.set(key, 'gateway:gone:0123456789ab'),
      (key) => command.set(key, 'gateway:gone:0123456789ab', 'PX', 86_400_000),
      (key) => command.set(key, 'gone', 'PX', 50_000),
      (key) => command.sadd(key, 'gateway:gone:0123456789ab'),
    ];
    const lost = claims.map((_, n) => `gateway:lost-${n.toString()}:0123456789ab`);
    const theirs = 'gateway:theirs:0123456789ab';
    await command.set(keys.cleaning(theirs), 'gateway:gone:0123456789ab', 'PX', 50_000);
    for (const [n, claim] of claims.entries()) await claim(keys.cleaning(lost[n] ?? ''));
    for (const [n, lease] of [...lost, theirs].entries()) {
      await command.sadd(keys.leaseUsers(lease), `t/user-${n.toString()}`);
      await command.hset(keys.connections('t', `user-${n.toString()}`), lease, 'x');
      await command.zadd(keys.instances, 1, lease);
    }
    await eventually(() => expect(a.departed.toSorted()).toEqual(['user-0', 'user-1', 'user-2', 'user-3']), WAIT);
    await eventually(async () => expect(await a.registry.census()).toMatchObject({ stale: ['theirs'] }), WAIT);
    // What another has claimed is left to them.
    expect(await a.cleaner.sweep()).toEqual([]);
    expect(await command.get(keys.cleaning(theirs))).toBe('gateway:gone:0123456789ab');
    expect(await command.exists(...lost.map((lease) => keys.cleaning(lease)))).toBe(0);
    expect((await ignoredValues()) - before).toBe(4);
  });

  it('registers everybody who comes while more wait to be written than there is room for, but who has left', async () => {
    const [a, b] = [await instance('a', 5), await instance('b')];
    const crowd = Array.from({ length: 300 }, (_, n) => ({ tenantId: 't', userId: `user-${n.toString()}` }));
    const [left, stayed] = [crowd.slice(100, 150), [...crowd.slice(0, 100), ...crowd.slice(150)]];
    const came = crowd.map((each) => a.connections.add(each, 'x'));
    const went = left.map((each) => a.connections.remove(each, 'x'));
    // Nobody waits for a place: those who find none are told nothing, at once.
    await Promise.all([...came, ...went]);
    const here = [{ instanceId: 'a', connectionIds: ['x'] }];
    // The round over all users, which would find them in the end, takes one in half a second.
    await eventually(async () => expect(await b.connections.locate(stayed)).toEqual(stayed.map(() => here)), {
      timeoutMs: 10_000,
    });
    expect(await b.connections.locate(left)).toEqual(left.map(() => []));
    await eventually(async () => expect(await pendingUsers()).toBe(0), WAIT);
  });

  it('finds an instance that died behind more leases of a lost app than it looks at in one go', async () => {
    const [a, dead] = [await instance('a'), await instance('dead')];
    await dead.connections.add({ tenantId: 't', userId: 'ada' }, 'x');
    const { command, keys } = a.redis;
    const numbers = Array.from({ length: 2_500 }, (_, n) => n.toString());
    const anHourAgo = Date.now() - 3_600_000;
    await command.zadd(keys.instances, ...numbers.flatMap((n) => [anHourAgo, `slo-service:${n}:0123456789ab`]));
    dead.kill();
    await eventually(() => expect(a.departed).toEqual(['ada']), WAIT);
    await eventually(async () => expect(await command.zcard(keys.instances)).toBe(2_501), WAIT);
  });

  it('forgets leases of a lost app after a day, unless users are registered under them', async () => {
    const a = await instance('a');
    const { command, keys } = a.redis;
    const before = await ignoredValues();
    const hour = 3_600_000;
    const listed = (n: number) => `slo-service:${n.toString()}:0123456789ab`;
    const yesterday = Array.from({ length: 1_500 }, (_, n) => [Date.now() - 25 * hour, listed(n)]);
    await command.sadd(keys.leaseUsers(listed(7)), 't/ada');
    await command.zadd(keys.instances, Date.now() - 23 * hour, listed(2_000), ...yesterday.flat());
    await eventually(async () => {
      const left = await command.zrange(keys.instances, 0, -1);
      expect(left).toEqual([listed(7), listed(2_000), a.registry.lease]);
    }, WAIT);
    expect(await command.exists(keys.leaseUsers(listed(7)))).toBe(1);
    expect((await ignoredValues()) - before).toBe(0);
  });
});
