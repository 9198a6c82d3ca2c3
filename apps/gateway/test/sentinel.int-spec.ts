import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisConnections } from '@holdfast/redis';
import {
  eventually,
  startRedisSentinel,
  testDatabase,
  type RedisFleet,
  type RunningServer,
  type TestDatabase,
} from '@holdfast/testing';
import { ChatClient } from './support/chat-client.js';
import { startGateway, type TestGateway } from './support/gateway-process.js';

const POLL_MS = 400;
/** By the poll at the latest. */
const SOON = { timeoutMs: 2_000 };
/** Longest failover: Sentinels agree on it after a second, and a loaded machine is slow. */
const FAILOVER = { timeoutMs: 30_000 };

describe('two gateways behind Sentinel', () => {
  let database: TestDatabase;
  let fleet: RedisFleet;
  let gateways: TestGateway[] = [];
  const clients: ChatClient[] = [];

  beforeAll(async () => {
    [database, fleet] = await Promise.all([testDatabase(), startRedisSentinel()]);
    const start = () =>
      startGateway({
        databaseUrl: database.url,
        redis: { url: 'redis://not-used.invalid', prefix: 'sentinel' },
        env: {
          REDIS_MODE: 'sentinel',
          REDIS_NODES: fleet.nodes.map(({ host, port }) => `${host}:${String(port)}`).join(','),
          POLL_MS: String(POLL_MS),
        },
      });
    gateways = await Promise.all([start(), start()]);
  }, 120_000);

  afterAll(async () => {
    for (const client of clients) client.close();
    const codes = await Promise.all(gateways.map((gateway) => gateway.terminate()));
    await fleet.dispose();
    await database.drop();
    expect(codes).toEqual([0, 0]);
  }, 60_000);

  /** Resolves once one is told that the other types, which is neither stored nor polled. */
  async function isQuick(from: ChatClient, to: ChatClient, threadId: string): Promise<void> {
    const told = () => to.all('typing.changed').filter(({ userId }) => userId === from.userId).length;
    const before = told();
    await eventually(async () => {
      await from.do('typing.set', { threadId, typing: true });
      await eventually(() => told() > before, { timeoutMs: 200 });
    }, FAILOVER);
  }

  async function primaryOf(gateway: TestGateway): Promise<RunningServer | undefined> {
    const [, port] = (await gateway.app.get(RedisConnections).command.config('GET', 'port')) as string[];
    return fleet.data.find((server) => String(server.port) === port);
  }

  it('acknowledge and deliver across a kill -9 of the primary, and are quick again by themselves', async () => {
    const [ann, bob] = await Promise.all(
      gateways.map((gateway, index) => ChatClient.connect(gateway.url, { sub: index === 0 ? 'ann' : 'bob' })),
    );
    if (ann === undefined || bob === undefined) throw new Error('not connected');
    clients.push(ann, bob);
    const threadId = await ann.createThread([bob.userId]);
    await Promise.all([ann.open(threadId), bob.open(threadId)]);
    await Promise.all([isQuick(ann, bob, threadId), isQuick(bob, ann, threadId)]);

    const [primary, replica] = fleet.data;
    expect(await Promise.all(gateways.map(primaryOf))).toEqual([primary, primary]);
    primary?.signal('SIGKILL');
    await primary?.exited;
    const failover = { isOver: false };
    const back = Promise.all([isQuick(ann, bob, threadId), isQuick(bob, ann, threadId)]).finally(() => {
      failover.isOver = true;
    });
    back.catch(() => undefined);
    let sent = 0;
    do {
      const from = sent % 2 === 0 ? ann : bob;
      sent += 1;
      expect(await from.send(threadId, `message ${String(sent)}`)).toMatchObject([{ ok: true }]);
      const seqs = Array.from({ length: sent }, (_, index) => index + 3);
      await eventually(() => {
        for (const client of [ann, bob]) expect(client.events(threadId).map(({ seq }) => seq)).toEqual(seqs);
      }, SOON);
    } while (!failover.isOver);
    await back;
    expect(ann.events(threadId)).toEqual(bob.events(threadId));
    await eventually(async () => {
      expect(await Promise.all(gateways.map(primaryOf))).toEqual([replica, replica]);
      expect((await bob.do('system.status', {})).instances).toHaveLength(2);
      expect((await ann.do('presence.get', { threadId })).online).toHaveLength(2);
    }, FAILOVER);
    for (const client of [ann, bob]) expect(client.all('session.ready')).toHaveLength(1);
  }, 90_000);
});
