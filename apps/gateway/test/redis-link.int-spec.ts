import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, testRedis, type TestDatabase } from '@holdfast/testing';
import { ChatClient } from './support/chat-client.js';
import { startGateway, type TestGateway } from './support/gateway-process.js';
import { RedisLink } from './support/redis-link.js';

/** Longest time from the acknowledgement until everybody has the message, whatever became of its hint. */
const REPAIRED_MS = 3_000;
/** Deliveries that do not come from the poll, at its default interval, are far quicker than it. */
const QUICK_MS = 500;
const SLOW = { timeoutMs: 20_000 };

describe('a gateway that alone has lost its way to Redis', () => {
  let database: TestDatabase;
  let link: RedisLink;
  let gateways: TestGateway[] = [];
  const clients: ChatClient[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    const redis = testRedis();
    link = await RedisLink.to(redis.url);
    const options = { databaseUrl: database.url, env: { POLL_MS: '' } };
    gateways = await Promise.all([
      startGateway({ ...options, redis }),
      startGateway({ ...options, redis: { ...redis, url: link.url } }),
    ]);
  }, 120_000);

  afterAll(async () => {
    for (const client of clients) client.close();
    const codes = await Promise.all(gateways.map((gateway) => gateway.terminate()));
    link.close();
    await database.drop();
    expect(codes).toEqual([0, 0]);
  }, 60_000);

  async function pair() {
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map((sub, index) => ChatClient.connect(gateways[index]?.url ?? '', { sub })),
    );
    if (!ann || !bob) throw new Error('not connected');
    clients.push(ann, bob);
    const threadId = await ann.createThread([bob.userId]);
    await Promise.all([ann.open(threadId), bob.open(threadId)]);
    return { ann, bob, threadId };
  }

  /** The time from the acknowledgement of a message until the other one has it, in ms. */
  async function sendAndTime(from: ChatClient, to: ChatClient, threadId: string, text: string): Promise<number> {
    const [sent] = await from.send(threadId, text);
    const acknowledgedAt = performance.now();
    if (sent?.ok !== true) throw new Error('not acknowledged');
    await eventually(() => to.events(threadId).some(({ seq }) => seq === sent.seq), SLOW);
    return performance.now() - acknowledgedAt;
  }

  it('delivers in both directions, the last message of a quiet thread included, and is quick again by itself', async () => {
    const { ann, bob, threadId } = await pair();
    await ann.send(threadId, 'before');
    await eventually(() => {
      expect(bob.events(threadId)).toHaveLength(1);
    }, SLOW);
    link.cut();
    const times = await Promise.all([
      sendAndTime(ann, bob, threadId, 'from the healthy side'),
      sendAndTime(bob, ann, threadId, 'from the cut side'),
    ]);
    for (const ms of times) expect(ms).toBeLessThan(REPAIRED_MS);
    const seqs = [3, 4, 5];
    await eventually(() => {
      for (const client of [ann, bob]) expect(client.events(threadId).map(({ seq }) => seq)).toEqual(seqs);
    }, SLOW);
    expect(ann.events(threadId)).toEqual(bob.events(threadId));

    link.mend();
    await eventually(async () => {
      const sentAt = performance.now();
      const before = bob.events(threadId).length;
      await ann.send(threadId, 'quick?');
      await eventually(() => bob.events(threadId).length > before, { timeoutMs: QUICK_MS, intervalMs: 5 });
      expect(performance.now() - sentAt).toBeLessThan(2 * QUICK_MS);
    }, SLOW);
    await eventually(() => {
      expect(ann.events(threadId)).toEqual(bob.events(threadId));
    }, SLOW);
  }, 60_000);

  it('survives a link that flaps, and shows each event once and in one order', async () => {
    const { ann, bob, threadId } = await pair();
    for (let round = 0; round < 10; round += 1) {
      if (round % 2 === 0) link.cut();
      else link.mend();
      await Promise.all([ann.send(threadId, `ann ${String(round)}`), bob.send(threadId, `bob ${String(round)}`)]);
    }
    link.mend();
    await eventually(() => {
      const seqs = Array.from({ length: 20 }, (_, index) => index + 3);
      for (const client of [ann, bob]) expect(client.events(threadId).map(({ seq }) => seq)).toEqual(seqs);
    }, SLOW);
  }, 60_000);
});
