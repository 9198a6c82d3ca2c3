import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import {
  logged,
  notice,
  resolved,
  silence,
  startReplica,
  unsilence,
  type Replica,
  type ReplicaOptions,
} from './delivery-fixture.js';
import { DeliveryReceiver, type Treatment } from './delivery-receiver.js';

describe('an alert that is silenced, or does not arrive', () => {
  let postgres: TestDatabase;
  const replicas: Replica[] = [];
  const receivers: DeliveryReceiver[] = [];

  beforeAll(async () => {
    postgres = await testDatabase();
  });

  afterAll(async () => {
    await postgres.drop();
  });

  beforeEach(() => {
    logged.length = 0;
  });

  afterEach(async () => {
    const [any] = replicas;
    await any?.database.query({ name: 'test_clear', text: 'delete from slo.delivery' });
    await any?.database.query({ name: 'test_clear_silences', text: 'delete from slo.silence' });
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
    await Promise.all(replicas.splice(0).map(({ context }) => context.close()));
  });

  async function receive(accept: Exclude<Treatment, string> = { status: 200 }, script: Treatment[] = []) {
    const receiver = await new DeliveryReceiver(accept, script).listen();
    receivers.push(receiver);
    return receiver;
  }

  async function start(options: ReplicaOptions): Promise<Replica> {
    const replica = await startReplica(postgres, options);
    replicas.push(replica);
    return replica;
  }

  const pagerduty = ({ origin }: DeliveryReceiver) => ({
    ALERT_PAGERDUTY_ROUTING_KEY: 'key',
    ALERT_PAGERDUTY_URL: `${origin}/v2/enqueue`,
  });
  const webhook = ({ origin }: DeliveryReceiver) => ({
    ALERT_WEBHOOK_URL: `${origin}/alerts`,
    ALERT_WEBHOOK_SECRET: 'signing-secret-of-thirty-two-chars',
  });

  it('sends nothing during a silence, a resolve only to whom the trigger was sent', async () => {
    const server = await receive();
    const replica = await start({ env: webhook(server) });
    await replica.enqueue(notice());
    await replica.until('webhook', 'delivered');
    await silence(replica, 60_000, 'chat-latency');
    await replica.enqueue(notice({ slo: 'loud', service: 'loud', incident: 'loud/1' }));
    await replica.enqueue(resolved());
    await replica.until('webhook', 'delivered');
    await replica.enqueue(notice({ incident: 'chat-latency/burn/2' }));
    await replica.enqueue(resolved({ incident: 'chat-latency/burn/2' }));
    await replica.until('webhook', 'silenced');
    await eventually(() => expect(server.received).toHaveLength(3));
    expect((await replica.rows('webhook')).map(({ status }) => status)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'silenced',
      'silenced',
    ]);
  });

  it('tells of an alert that outlasts its silence', async () => {
    const server = await receive();
    const replica = await start({ env: webhook(server) });
    const id = await silence(replica, 60_000);
    await replica.enqueue(notice());
    expect(await replica.until('webhook', 'silenced')).toMatchObject({ attempts: 0 });
    await unsilence(replica, id);
    await replica.until('webhook', 'delivered');
    await replica.enqueue(resolved());
    await eventually(() => expect(server.bodies.map(({ status }) => status)).toEqual(['firing', 'resolved']));
  });

  it('holds back during a silence what waits for its next try, and sends the end of what may have arrived', async () => {
    const server = await receive({ status: 200 }, [{ status: 500 }, { status: 500 }]);
    const replica = await start({ env: pagerduty(server), times: { firstBackoffMs: 500, maxBackoffMs: 500 } });
    await replica.enqueue(notice(), notice({ slo: 'other', incident: 'other/1' }));
    await eventually(() => expect(server.received).toHaveLength(2));
    await silence(replica, 60_000, 'chat-latency');
    await eventually(async () => {
      const rows = await replica.rows('pagerduty');
      expect(rows.map(({ status, attempts }) => [status, attempts])).toEqual([
        ['silenced', 1],
        ['delivered', 2],
      ]);
    });
    expect(server.received).toHaveLength(3);
    await replica.enqueue(resolved());
    await eventually(() => expect(server.bodies.at(-1)).toMatchObject({ event_action: 'resolve' }));
    expect(server.received).toHaveLength(4);
  });

  it('tries a notice at once when the alert becomes critical behind it, once', async () => {
    const server = await receive({ status: 202 });
    server.judge = () => ({ status: 503 });
    const replica = await start({ env: pagerduty(server), times: { firstBackoffMs: 600_000, maxBackoffMs: 600_000 } });
    const raise = () => replica.enqueue(notice({ transition: 'escalated' }));
    const failed = (tries: number) =>
      eventually(() => {
        expect(logged.filter((line) => line.includes('an alert was not delivered'))).toHaveLength(tries);
      });
    await replica.enqueue(notice({ severity: 'warning' }));
    await failed(1);
    await raise();
    await failed(2);
    server.judge = () => undefined;
    await replica.enqueue(notice({ slo: 'other', incident: 'other/1' }));
    await eventually(() => expect(server.received).toHaveLength(3));
    await raise();
    await eventually(() => expect(server.received).toHaveLength(6));
    expect(server.bodies.slice(3).map(({ payload }) => (payload as { severity: string }).severity)).toEqual([
      'warning',
      'critical',
      'critical',
    ]);
  });

  it('does not call the fallback for what is silenced', async () => {
    const down = await receive({ status: 500 });
    const reserve = await receive();
    const env = { ...pagerduty(down), ...webhook(reserve), ALERT_FALLBACK: 'webhook' };
    const times = { fallbackMs: 1_000, firstBackoffMs: 600_000, maxBackoffMs: 600_000 };
    const replica = await start({ env, times });
    await replica.enqueue(notice());
    await eventually(() => expect(down.received).toHaveLength(1));
    await silence(replica, 60_000, 'chat-latency');
    await replica.enqueue(notice({ slo: 'loud', incident: 'loud/1' }));
    await eventually(() => expect(reserve.received).toHaveLength(1));
    expect(JSON.stringify(reserve.bodies)).not.toContain('chat-latency');
    expect((await replica.rows('pagerduty')).map(({ status }) => status)).toEqual(['silenced', 'waiting']);
  });

  it('calls the fallback for a critical alert that does not arrive, and tells it of the end', async () => {
    const down = await receive({ status: 500 });
    const reserve = await receive();
    const env = { ...pagerduty(down), ...webhook(reserve), ALERT_FALLBACK: 'webhook' };
    const replica = await start({ env, times: { fallbackMs: 200 } });
    await replica.enqueue(notice({ slo: 'minor', severity: 'warning', incident: 'minor/1' }), notice());
    await replica.until('webhook', 'delivered');
    await replica.enqueue(resolved(), resolved({ slo: 'minor', severity: 'warning', incident: 'minor/1' }));
    await eventually(() => expect(reserve.received).toHaveLength(2));
    expect(reserve.bodies).toEqual([
      expect.objectContaining({ status: 'firing', groupKey: 'test/eu/chat' }),
      expect.objectContaining({ status: 'resolved', groupKey: 'test/eu/chat' }),
    ]);
    expect(await replica.rows('webhook')).toHaveLength(2);
  });
});
