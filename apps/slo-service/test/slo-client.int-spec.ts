import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import { createLogger } from '@holdfast/observability';
import { RedisConnections, ResilientClientRedis, RpcClient } from '@holdfast/redis';
import { SloClient } from '@holdfast/slo-recorder';
import { eventually, spawnApp, testDatabase, testRedis, type SpawnedApp, type TestDatabase } from '@holdfast/testing';

jest.setTimeout(60_000);

const logger = createLogger({ app: 'gateway', instanceId: 'test', level: 'silent', pretty: false });

describe('the client of other services', () => {
  let database: TestDatabase;
  let app: SpawnedApp;
  let connections: RedisConnections;
  let client: SloClient;

  beforeAll(async () => {
    database = await testDatabase();
    const { url, prefix } = testRedis();
    const env = { DATABASE_URL: database.url, REDIS_URL: url, REDIS_PREFIX: prefix, INSTANCE_ID: 'slo-1' };
    app = await spawnApp({ app: 'slo-service', from: 'source', env });
    await app.ready;
    connections = new RedisConnections(loadConfig('slo-service', env).redis, logger);
    client = new SloClient(new RpcClient(new ResilientClientRedis(connections)));
  });

  afterAll(async () => {
    await app.stop();
    await connections.close();
    await database.drop();
  });

  it('gets status, counts and alerts, names what is unknown, and waits no longer than it was told to', async () => {
    await eventually(async () => expect((await client.status()).slos).toHaveLength(5), { timeoutMs: 30_000 });
    expect(await client.get('error-rate')).toMatchObject({ id: 'error-rate', objective: 0.999 });
    expect(await client.series('error-rate', { hours: 1, stepMinutes: 5 })).toMatchObject({ stepMinutes: 5 });
    expect(await client.alerts('error-rate', 10)).toEqual(expect.any(Array));
    await expect(client.get('no-such-slo')).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.series('no-such-slo', { hours: 1, stepMinutes: 5 })).rejects.toMatchObject({
      code: 'not_found',
    });
    await app.stop();
    await expect(client.status({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' });
  });
});
