import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShutdownHistory } from '@holdfast/database';
import { eventually, testDatabase, testRedis, type TestDatabase } from '@holdfast/testing';
import { Balancer } from './support/balancer.js';
import { ChatClient } from './support/chat-client.js';
import { startGateway, type TestGateway } from './support/gateway-process.js';
import { MovingClient } from './support/moving-client.js';

const MOVING = 30;
/** Clients that know nothing of notices. */
const BARE = 6;

describe('a gateway that goes while another one stays', () => {
  let database: TestDatabase;
  let balancer: Balancer;
  let gateways: TestGateway[];

  beforeAll(async () => {
    database = await testDatabase();
    balancer = await Balancer.start();
    const options = { databaseUrl: database.url, redis: testRedis(), env: { SHUTDOWN_TIMEOUT_MS: '20000' } };
    gateways = await Promise.all([startGateway(options), startGateway(options)]);
  });

  afterAll(async () => {
    balancer.close();
    await gateways.at(-1)?.terminate();
    await database.drop();
  });

  it('hands every client over: those that know how move, the others are closed and come back', async () => {
    const [old, fresh] = gateways;
    if (!old || !fresh) throw new Error('no gateways');
    balancer.add(old.url);
    const moving = await Promise.all(
      Array.from({ length: MOVING }, (_, n) => MovingClient.connect(balancer.url, { sub: `person-${String(n)}` })),
    );
    const bare = await Promise.all(
      Array.from({ length: BARE }, (_, n) => ChatClient.connect(balancer.url, { sub: `bare-${String(n)}` })),
    );
    const reasons: string[] = [];
    for (const { socket } of bare) socket.on('disconnect', (reason) => reasons.push(reason));
    expect(old.connections()).toBe(MOVING + BARE);
    balancer.add(fresh.url);
    balancer.remove(old.url);
    try {
      expect(await old.terminate()).toBe(0);
      expect(moving.map(({ moves }) => moves)).toEqual(moving.map(() => 1));
      expect(reasons).toEqual(bare.map(() => 'transport close'));
      await eventually(() => fresh.connections() === MOVING + BARE, { timeoutMs: 10_000 });
      for (const client of bare) {
        expect(client.all('session.closing')).toEqual([{ code: 'draining', mayReconnect: true }]);
        await client.next('session.ready', ({ instanceId }) => instanceId === moving[0]?.instanceId);
      }
    } finally {
      for (const client of [...moving, ...bare]) client.close();
    }
    const [kept] = await fresh.app.get(ShutdownHistory).list({ limit: 1 });
    const steps = kept?.phases.flatMap((phase) => phase.steps) ?? [];
    expect(steps.find(({ name }) => name === 'chat sessions')).toMatchObject({
      outcome: 'done',
      left: 0,
      facts: { sockets: MOVING + BARE, moved: MOVING, closed: BARE, cut: 0 },
    });
  });
});
