import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, testRedis, type TestDatabase } from '@holdfast/testing';
import { ChatClient } from './support/chat-client.js';
import { startGateway, type TestGateway } from './support/gateway-process.js';

describe('two gateways', () => {
  let database: TestDatabase;
  let gateways: TestGateway[] = [];
  const clients: ChatClient[] = [];

  async function connect(gateway: number, sub: string): Promise<ChatClient> {
    const client = await ChatClient.connect(gateways[gateway]?.url ?? '', { sub });
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    database = await testDatabase();
    const redis = testRedis();
    const start = () => startGateway({ databaseUrl: database.url, redis });
    gateways = await Promise.all([start(), start()]);
  }, 60_000);

  afterAll(async () => {
    for (const client of clients) client.close();
    expect(await Promise.all(gateways.map((gateway) => gateway.terminate()))).toEqual([0, 0]);
    await database.drop();
  }, 30_000);

  it('greets with who one is and what the limits are', async () => {
    const ann = await connect(0, 'ann');
    expect(ann.all('session.ready')[0]).toMatchObject({
      protocol: 1,
      tenant: 'default',
      user: { name: 'ann', kind: 'human' },
      limits: { bodyBytes: 32_768, messagesPerSend: 50, openThreads: 50, rateBurst: 100 },
    });
  });

  it('shows everyone on every gateway the same messages in one order', async () => {
    const [ann, bob] = await Promise.all([connect(0, 'ann'), connect(1, 'bob')]);
    const threadId = await ann.createThread([bob.userId]);
    expect(await ann.open(threadId)).toMatchObject({ status: 'reset', head: 2 });
    await bob.open(threadId);
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        await Promise.all([ann.send(threadId, `ann ${String(n)}`), bob.send(threadId, `bob ${String(n)}`)]);
      }),
    );
    const seqs = Array.from({ length: 20 }, (_, n) => n + 3);
    await eventually(() => {
      expect(ann.events(threadId).map(({ seq }) => seq)).toEqual(seqs);
      expect(bob.events(threadId)).toEqual(ann.events(threadId));
    });
  });
});
