import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { HealthCheckFn, HealthRegistry, HealthReport } from '@holdfast/health';
import { createLogger } from '@holdfast/observability';
import { loadSections } from '@holdfast/config';
import { eventually, FaultProxy, startRedis, type RunningServer } from '@holdfast/testing';
import { RedisConnections } from '../redis-connections.js';
import { registerRedisChecks } from './register-redis-checks.js';

jest.setTimeout(60_000);

const logger = createLogger({ app: 'test', instanceId: 'test-1', level: 'silent', pretty: false });

describe('the checks of Redis', () => {
  let redis: RunningServer;
  let proxy: FaultProxy;
  let connections: RedisConnections;
  let checks: Map<string, HealthCheckFn>;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.dispose());

  beforeEach(async () => {
    proxy = await FaultProxy.start({ target: redis.port });
    const url = `redis://127.0.0.1:${String(proxy.port)}`;
    const { redis: config } = loadSections(['redis'], { REDIS_URL: url });
    connections = new RedisConnections(config, logger);
    checks = new Map();
    const registry = { register: (name: string, check: HealthCheckFn) => checks.set(name, check) };
    registerRedisChecks(registry as unknown as HealthRegistry, connections, false);
    await expectSoon({ keys: 'up', 'pub-sub': 'up', server: 'up', connections: 'up' });
  });

  afterEach(async () => {
    await connections.command.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction').catch(() => undefined);
    await connections.close();
    await proxy.close();
  });

  async function ask(name: string): Promise<HealthReport> {
    const found = await checks.get(`redis.${name}`)?.();
    if (found === undefined || typeof found === 'string') throw new Error(`no report of ${name}`);
    return found;
  }

  function expectSoon(states: Readonly<Record<string, string>>): Promise<void> {
    return eventually(async () => {
      const names = Object.keys(states);
      const reports = await Promise.all(names.map((name) => ask(name)));
      expect(Object.fromEntries(names.map((name, index) => [name, reports[index]?.state]))).toEqual(states);
    });
  }

  it('find a Redis that holds connections and does not answer, and recover by themselves', async () => {
    proxy.add('hung', { type: 'half_open' });
    const startedAt = performance.now();
    const reports = await Promise.all(['keys', 'pub-sub', 'server'].map((name) => ask(name)));
    expect(reports.map(({ state }) => state)).toEqual(['down', 'down', 'down']);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    proxy.remove('hung');
    await expectSoon({ keys: 'up', 'pub-sub': 'up', server: 'up', connections: 'up' });
  });

  it('hear when published messages do not arrive, though Redis takes commands', async () => {
    await connections.command.call('ACL', 'SETUSER', 'default', 'resetchannels');
    expect(await ask('pub-sub')).toMatchObject({ state: 'down' });
    expect(await ask('keys')).toMatchObject({ state: 'up' });
    await connections.command.call('ACL', 'SETUSER', 'default', 'allchannels');
    await expectSoon({ 'pub-sub': 'up' });
  });

  it('name full memory, a policy that evicts, and a role that takes no writes', async () => {
    const { command } = connections;
    await command.config('SET', 'maxmemory', '1');
    expect(await ask('server')).toMatchObject({ state: 'down', reason: 'memory', facts: { limitBytes: 1 } });
    expect(await ask('keys')).toEqual({ state: 'down', reason: 'memory' });
    await command.config('SET', 'maxmemory', '0');
    expect(await ask('keys')).toEqual({ state: 'up' });

    await command.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await ask('server')).toMatchObject({ state: 'degraded', reason: 'evicting' });
    await command.config('SET', 'maxmemory-policy', 'noeviction');

    await command.call('REPLICAOF', '127.0.0.1', '1');
    expect(await ask('server')).toMatchObject({ state: 'down', reason: 'read-only', facts: { role: 'slave' } });
    await command.call('REPLICAOF', 'NO', 'ONE');
    await expectSoon({ keys: 'up', server: 'up' });
  });
});
