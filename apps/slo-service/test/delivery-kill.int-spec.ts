import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually, spawnApp, testDatabase, testRedis, type SpawnedApp, type TestDatabase } from '@holdfast/testing';
import { notice, resolved, startReplica, type Replica } from './delivery-fixture.js';
import { DeliveryReceiver } from './delivery-receiver.js';

const SLOW = { timeoutMs: 50_000 };

jest.setTimeout(150_000);

describe('a replica that is killed while it sends', () => {
  let postgres: TestDatabase;
  let receiver: DeliveryReceiver;
  let writer: Replica;
  const apps: SpawnedApp[] = [];

  beforeAll(async () => {
    postgres = await testDatabase();
  });

  afterAll(async () => {
    await postgres.drop();
  });

  beforeEach(async () => {
    receiver = await new DeliveryReceiver({ status: 200 }).listen();
    // Writes and never sends.
    writer = await startReplica(postgres, { env: hook(), times: { pollMs: 3_600_000, sweepMs: 3_600_000 } });
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()));
    await writer.context.close();
    await receiver.close();
  });

  const hook = () => ({
    ALERT_WEBHOOK_URL: `${receiver.origin}/alerts`,
    ALERT_WEBHOOK_SECRET: 'signing-secret-of-thirty-two-chars',
    ALERT_ALLOW_PRIVATE_TARGETS: 'true',
  });

  async function spawn(): Promise<SpawnedApp> {
    const { url: REDIS_URL, prefix: REDIS_PREFIX } = testRedis();
    const env = { DATABASE_URL: postgres.url, REDIS_URL, REDIS_PREFIX, ...hook() };
    const app = await spawnApp({ app: 'slo-service', from: 'source', env });
    apps.push(app);
    return app;
  }

  it('loses nothing: another one sends the same message again under the same id, and the resolves after it', async () => {
    const release = receiver.hold();
    await writer.enqueue(notice(), notice({ slo: 'other', incident: 'other/1' }));
    await writer.enqueue(resolved(), resolved({ slo: 'other', incident: 'other/1' }));
    const killed = await spawn();
    await eventually(() => expect(receiver.received).toHaveLength(1), SLOW);
    killed.signal('SIGKILL');
    await killed.exit;
    release();
    expect((await writer.rows('webhook')).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'waiting'),
    );
    // The lease ends; to wait for it would be half a minute.
    await writer.database.query({
      name: 'test_lease_ends',
      text: `update slo.delivery set next_at = now() where status = 'waiting'`,
    });
    const survivor = await spawn();
    await eventually(() => expect(receiver.received).toHaveLength(3), SLOW);
    await writer.until('webhook', 'delivered');
    expect(receiver.bodies.map(({ status }) => status)).toEqual(['firing', 'firing', 'resolved']);
    const [first, again, end] = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(again).toBe(first);
    expect(end).not.toBe(first);
    expect(receiver.bodies.map(({ alerts }) => (alerts as unknown[]).length)).toEqual([2, 2, 2]);
    expect((await writer.rows('webhook')).map(({ attempts }) => attempts)).toEqual([2, 2, 1, 1]);
    await survivor.ready;
    expect(await survivor.stop()).toEqual({ code: 0, signal: null });
  });
});
