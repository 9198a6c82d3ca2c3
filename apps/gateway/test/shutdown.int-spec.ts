import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShutdownHistoryPage } from '@holdfast/contracts';
import { eventually, signToken, testDatabase, testRedis, type TestDatabase } from '@holdfast/testing';
import { ChatClient } from './support/chat-client.js';
import { startGateway } from './support/gateway-process.js';

describe('a gateway that ends', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  }, 60_000);

  afterAll(async () => {
    await database.drop();
  });

  it('tells its clients, answers what is under way, and lets them come back by themselves', async () => {
    const options = { databaseUrl: database.url, redis: testRedis() };
    const old = await startGateway(options);
    const client = await ChatClient.connect(old.url, { sub: 'ann' });
    const threadId = await client.createThread();
    const reasons: string[] = [];
    client.socket.on('disconnect', (reason) => reasons.push(reason));
    const sent = client.send(threadId, 'just before the end');
    const exitCode = old.terminate();
    expect(await sent).toMatchObject([{ ok: true }]);
    expect(await exitCode).toBe(0);
    expect(await client.next('server.draining')).toMatchObject({ reason: 'shutdown' });
    expect(client.all('session.closing')).toEqual([{ code: 'draining', mayReconnect: true }]);
    expect(reasons).toEqual(['transport close']);

    const fresh = await startGateway({ ...options, env: { PORT: new URL(old.url).port } });
    try {
      await client.next('session.ready', ({ instanceId }) => instanceId !== client.all('session.ready')[0]?.instanceId);
      expect(await client.open(threadId)).toMatchObject({ status: 'reset', head: 2 });
      const headers = { authorization: `Bearer ${await signToken({ sub: 'operator', roles: ['ops'] })}` };
      const reply = await fetch(`${fresh.url}/api/ops/shutdowns`, { headers });
      const { shutdowns } = ShutdownHistoryPage.parse(await reply.json());
      expect(shutdowns).toMatchObject([{ app: 'gateway', reason: 'SIGTERM', exitCode: 0, abandoned: [] }]);
      expect(shutdowns[0]?.phases.map(({ phase }) => phase)).toEqual([
        ...['mark', 'requests', 'sockets', 'agents', 'resources'],
      ]);
      expect(shutdowns[0]?.phases.at(-1)?.steps.map(({ name }) => name)).toContain('redis');
    } finally {
      client.close();
      expect(await fresh.terminate()).toBe(0);
    }
  }, 30_000);

  it('ends with 0 although a client does not read', async () => {
    const gateway = await startGateway({ databaseUrl: database.url, redis: testRedis() });
    const deaf = await ChatClient.connect(gateway.url, { sub: 'deaf' });
    deaf.socket.io.reconnection(false);
    const { ws } = deaf.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
    ws.pause();
    expect(await gateway.terminate()).toBe(0);
    ws.resume();
    deaf.close();
  }, 30_000);

  it('ends with 0 although one that does not read was closed just before', async () => {
    const env = { AUTH_EXPIRY_GRACE_MS: '0' };
    const gateway = await startGateway({ databaseUrl: database.url, redis: testRedis(), env });
    const deaf = await ChatClient.connect(gateway.url, { sub: 'deaf', expiresInS: 3 });
    deaf.socket.io.reconnection(false);
    const { ws } = deaf.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
    ws.pause();
    await eventually(() => gateway.connections() === 0, { timeoutMs: 20_000 });
    expect(await gateway.terminate()).toBe(0);
    ws.resume();
    deaf.close();
  }, 40_000);
});
