import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { RedisConnections } from '@holdfast/redis';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../../test/redis-config.js';
import { Presence } from '../index.js';

const ADA = { tenantId: 't', userId: 'ada' };
const BOB = { tenantId: 't', userId: 'bob' };

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

describe('Presence', () => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let port: number;
  const open: RedisConnections[] = [];

  async function instance(instanceId: string): Promise<{ presence: Presence; connections: RedisConnections }> {
    const connections = new RedisConnections(redisConfig(`redis://127.0.0.1:${port}`), logger);
    open.push(connections);
    const presence = new Presence(connections, instanceId);
    presence.onApplicationBootstrap();
    if (redis !== undefined) await eventually(() => connections.state === 'up');
    return { presence, connections };
  }

  beforeEach(async () => {
    port = await freePort();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((connections) => connections.close()));
    await redis?.dispose();
    redis = undefined;
  });

  it('tells the first arrival and the last departure over all instances', async () => {
    redis = await startRedis({ port });
    const a = (await instance('a')).presence;
    const b = (await instance('b')).presence;
    expect(await a.connected(ADA, '1')).toBe(true);
    expect(await b.connected(ADA, '1')).toBe(false);
    expect(await b.online('t', ['ada', 'bob'])).toEqual(['ada']);
    expect(await a.disconnected(ADA, '1')).toBe(false);
    expect(await a.disconnected(ADA, '1')).toBe(false);
    expect(await b.disconnected(ADA, '1')).toBe(true);
    expect(await a.online('t', ['ada'])).toEqual([]);
  });

  it('keeps tenants apart', async () => {
    redis = await startRedis({ port });
    const { presence } = await instance('a');
    await presence.connected(ADA, '1');
    expect(await presence.online('other', ['ada'])).toEqual([]);
  });

  it('lets connections of a dead instance fade, and takes its own with it when it leaves', async () => {
    redis = await startRedis({ port });
    const a = await instance('a');
    const b = await instance('b');
    await a.presence.connected(ADA, '1');
    await b.presence.connected(BOB, '1');
    expect(await b.presence.online('t', ['ada', 'bob'])).toEqual(['ada', 'bob']);
    await a.connections.close();
    expect(await b.presence.online('t', ['ada', 'bob'])).toEqual(['bob']);
    const key = b.connections.keys.presence('t', 'bob');
    expect(await b.connections.command.pttl(key)).toBeGreaterThan(0);
    // An entry whose time is over, though its key lives on for others.
    await b.connections.command.zadd(b.connections.keys.presence('t', 'ada'), Date.now() - 1, 'dead:1');
    expect(await b.presence.online('t', ['ada'])).toEqual([]);
    expect(await b.presence.connected(ADA, '2')).toBe(true);
  });

  it('fails soft without Redis, and is rebuilt within 5 s of one that comes back empty', async () => {
    const { presence } = await instance('a');
    expect(await presence.connected(ADA, '1')).toBe(false);
    expect(await presence.online('t', ['ada'])).toEqual([]);
    redis = await startRedis({ port, settings: { appendonly: 'no' } });
    await eventually(async () => expect(await presence.online('t', ['ada'])).toEqual(['ada']));
    redis.signal('SIGKILL');
    await redis.exited;
    expect(await presence.online('t', ['ada'])).toEqual([]);
    await redis.restart();
    await eventually(async () => expect(await presence.online('t', ['ada'])).toEqual(['ada']));
  });
});
