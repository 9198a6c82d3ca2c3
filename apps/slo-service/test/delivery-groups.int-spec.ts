import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import type { AlertNotice } from '../src/delivery/alert-notice.js';
import { notice, resolved, silence, startReplica, type Replica, type ReplicaOptions } from './delivery-fixture.js';
import { DeliveryReceiver, type Treatment } from './delivery-receiver.js';

interface Message {
  readonly status: string;
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly alerts: readonly { readonly status: string; readonly labels: { readonly slo: string } }[];
}

const warning = (slo: string, more: Partial<AlertNotice> = {}): AlertNotice =>
  notice({ slo, incident: `${slo}/burn/1`, severity: 'warning', ...more });
const critical = (slo: string): AlertNotice => notice({ slo, incident: `${slo}/burn/1` });
const over = (slo: string): AlertNotice => resolved({ slo, incident: `${slo}/burn/1`, severity: 'warning' });

describe('alerts of one service', () => {
  let postgres: TestDatabase;
  const replicas: Replica[] = [];
  let hook: DeliveryReceiver;
  let pager: DeliveryReceiver;

  beforeAll(async () => {
    postgres = await testDatabase();
  });

  afterAll(async () => {
    await postgres.drop();
  });

  const script: Treatment[] = [];

  beforeEach(async () => {
    hook = await new DeliveryReceiver({ status: 200 }, script).listen();
    pager = await new DeliveryReceiver({ status: 202 }).listen();
  });

  afterEach(async () => {
    const [any] = replicas;
    await any?.database.query({ name: 'test_clear', text: 'delete from slo.delivery' });
    await any?.database.query({ name: 'test_clear_silences', text: 'delete from slo.silence' });
    await Promise.all(replicas.splice(0).map(({ context }) => context.close()));
    await hook.close();
    await pager.close();
    script.length = 0;
  });

  async function start(times: ReplicaOptions['times']): Promise<Replica> {
    const env = {
      ALERT_WEBHOOK_URL: `${hook.origin}/alerts`,
      ALERT_WEBHOOK_SECRET: 'signing-secret-of-thirty-two-chars',
      ALERT_PAGERDUTY_ROUTING_KEY: 'key',
      ALERT_PAGERDUTY_URL: `${pager.origin}/v2/enqueue`,
    };
    const replica = await startReplica(postgres, { env, times: times ?? {} });
    replicas.push(replica);
    return replica;
  }

  const messages = (): Message[] => hook.bodies as unknown as Message[];
  const told = (): string[][] =>
    messages().map(({ alerts }) => alerts.map(({ status, labels }) => `${labels.slo} ${status}`).sort());

  it('are told in one message, and paged at once and each under its own key', async () => {
    const replica = await start({ groupWaitMs: 1_500 });
    await start({ groupWaitMs: 1_500 });
    await replica.enqueue(critical('a'));
    await replica.enqueue(warning('b'), warning('elsewhere', { service: 'other' }));
    await eventually(() => expect(pager.received).toHaveLength(3));
    expect(hook.received).toEqual([]);
    expect(new Set(pager.bodies.map(({ dedup_key }) => dedup_key))).toEqual(
      new Set(['test/eu/a/burn', 'test/eu/b/burn', 'test/eu/elsewhere/burn']),
    );
    await eventually(() => expect(hook.received).toHaveLength(2));
    expect(messages().find(({ groupKey }) => groupKey === 'test/eu/chat')).toMatchObject({
      status: 'firing',
      groupLabels: { service: 'chat' },
      commonLabels: { service: 'chat', alertname: 'HoldfastSloBurn' },
      truncatedAlerts: 0,
    });
    expect(told()).toContainEqual(['a firing', 'b firing']);
    expect(told()).toContainEqual(['elsewhere firing']);
  });

  it('wait for the interval after a message, a critical one does not, and each message says all that fires', async () => {
    const replica = await start({ groupIntervalMs: 3_600_000 });
    await replica.enqueue(warning('a'));
    await replica.until('webhook', 'delivered');
    await replica.enqueue(warning('b'));
    await replica.enqueue(over('a'));
    await eventually(() => expect(pager.received).toHaveLength(3));
    expect(told()).toEqual([['a firing']]);
    // What is urgent takes along what waits.
    await replica.enqueue(critical('c'));
    await eventually(() => expect(told()).toHaveLength(2));
    expect(told()[1]).toEqual(['a resolved', 'b firing', 'c firing']);
    await replica.enqueue(critical('d'));
    await eventually(() => expect(told()).toHaveLength(3));
    expect(told()[2]).toEqual(['b firing', 'c firing', 'd firing']);
  });

  it('are told of again while they fire and nobody has silenced them, each time as another message', async () => {
    const replica = await start({ repeatMs: 600 });
    await replica.enqueue(warning('a'), warning('b'));
    await eventually(() => expect(told()).toHaveLength(3));
    expect(told()).toEqual([
      ['a firing', 'b firing'],
      ['a firing', 'b firing'],
      ['a firing', 'b firing'],
    ]);
    expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    await silence(replica, 60_000, 'b');
    await eventually(() => expect(told().at(-1)).toEqual(['a firing']));
    await replica.enqueue(over('a'));
    await eventually(() => expect(told().at(-1)).toEqual(['a resolved']));
  });

  it('are all told, however many there are, in messages of a bounded size', async () => {
    const replica = await start({ groupIntervalMs: 3_600_000 });
    const slos = Array.from({ length: 45 }, (_, n) => `slo-${String(n)}`);
    await replica.enqueue(...slos.map((slo) => warning(slo)));
    await eventually(() => expect(hook.received).toHaveLength(2), { timeoutMs: 15_000 });
    expect(new Set(told().flat())).toEqual(new Set(slos.map((slo) => `${slo} firing`)));
    expect(messages().map(({ alerts, truncatedAlerts }) => [alerts.length, truncatedAlerts])).toEqual([
      [30, 0],
      [30, 15],
    ]);
  });

  it('are tried again together, with what has joined them, under another id', async () => {
    script.push({ status: 503 });
    const replica = await start({ firstBackoffMs: 400 });
    await replica.enqueue(warning('a'));
    await eventually(() => expect(hook.received).toHaveLength(1));
    await replica.enqueue(critical('b'));
    await eventually(() => expect(told().at(-1)).toEqual(['a firing', 'b firing']));
    expect(hook.received).toHaveLength(2);
    const [failed, again] = hook.received.map(({ headers }) => headers['webhook-id']);
    expect(again).not.toBe(failed);
    expect((await replica.rows('webhook')).map(({ attempts }) => attempts)).toEqual([2, 1]);
  });
});
