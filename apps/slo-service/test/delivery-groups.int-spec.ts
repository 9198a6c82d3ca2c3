import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import type { AlertNotice } from '../src/delivery/alert-notice.js';
import {
  notice,
  resolved,
  silence,
  startReplica,
  unsilence,
  type Replica,
  type ReplicaOptions,
} from './delivery-fixture.js';
import { DeliveryReceiver, type Treatment } from './delivery-receiver.js';

interface Message {
  readonly status: string;
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<'slo' | 'severity', string>>;
  }[];
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

  /** By SLO, of the newest row each. */
  const byName = async (replica: Replica, what: 'status' | 'lastCode'): Promise<Record<string, string | null>> =>
    Object.fromEntries((await replica.rows('webhook')).map((row) => [row.dedupKey.split('/')[2] ?? '', row[what]]));
  const statuses = (replica: Replica) => byName(replica, 'status');
  const codes = (replica: Replica) => byName(replica, 'lastCode');

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

  it('wait for the interval even if they come while a message is being sent', async () => {
    const replica = await start({ groupIntervalMs: 3_600_000 });
    const release = hook.hold();
    await replica.enqueue(warning('a'));
    await eventually(() => expect(hook.received).toHaveLength(1));
    await replica.enqueue(warning('b'));
    release();
    await eventually(async () => expect(await statuses(replica)).toMatchObject({ a: 'delivered' }));
    await replica.enqueue(warning('elsewhere', { service: 'other' }));
    await eventually(() => expect(told().at(-1)).toEqual(['elsewhere firing']));
    await replica.enqueue(critical('c'));
    await eventually(() => expect(told().at(-1)).toEqual(['a firing', 'b firing', 'c firing']));
    expect(hook.received).toHaveLength(3);
  });

  it('are told one by one after a refusal, so that only the refused one is given up', async () => {
    hook.judge = (body) => (body.includes('"poison"') ? { status: 400 } : undefined);
    const replica = await start({ groupIntervalMs: 3_600_000 });
    const slos = ['a', 'b', 'c', 'd', 'e'];
    await replica.enqueue(...slos.map((slo) => warning(slo)), critical('poison'));
    await eventually(async () => {
      expect(await statuses(replica)).toEqual({
        ...Object.fromEntries(slos.map((slo) => [slo, 'delivered'])),
        poison: 'dead',
      });
    });
    expect(told().slice(1)).toEqual([['poison firing'], ...slos.map((slo) => [`${slo} firing`])]);
    expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(7);
    // They are a group as before.
    await replica.enqueue(critical('f'));
    await eventually(() => expect(told().at(-1)).toEqual([...slos, 'f'].map((slo) => `${slo} firing`)));
  });

  it('cost one request each, and one more, where everything is refused', async () => {
    hook.judge = () => ({ status: 404 });
    const replica = await start({});
    await replica.enqueue(warning('a'), warning('b'), warning('c'));
    await eventually(async () => {
      expect(await statuses(replica)).toEqual({ a: 'dead', b: 'dead', c: 'dead' });
    });
    expect(told()).toEqual([['a firing', 'b firing', 'c firing'], ['a firing'], ['b firing'], ['c firing']]);
  });

  it('wait for the next try of their group, but a critical one has a try at once, and one only', async () => {
    hook.judge = () => ({ status: 503 });
    const replica = await start({ firstBackoffMs: 600_000, maxBackoffMs: 600_000 });
    await replica.enqueue(warning('a'));
    await eventually(async () => expect(await codes(replica)).toEqual({ a: 'http_503' }));
    await replica.enqueue(warning('b'));
    const failed: Record<string, string> = { a: 'http_503', b: 'http_503' };
    for (const slo of ['c', 'd', 'e']) {
      await replica.enqueue(critical(slo));
      failed[slo] = 'http_503';
      await eventually(async () => expect(await codes(replica)).toEqual(failed));
    }
    expect(told().map((slos) => slos.length)).toEqual([1, 3, 4, 5]);
    hook.judge = () => undefined;
    // A severity that rises, too, although what it takes the place of waits before it.
    await replica.enqueue(notice({ slo: 'a', incident: 'a/burn/1', transition: 'escalated' }));
    await eventually(() => expect(hook.received).toHaveLength(5));
    expect(messages()[4]?.alerts.map(({ labels }) => `${labels.slo} ${labels.severity}`)).toEqual([
      'c critical',
      'd critical',
      'e critical',
      'a critical',
      'b warning',
    ]);
    await eventually(async () => {
      const rows = await replica.rows('webhook');
      expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'delivered'));
    });
  });

  it('have a try at once when a critical one comes while a try is failing', async () => {
    hook.judge = () => ({ status: 503 });
    const replica = await start({ firstBackoffMs: 600_000, maxBackoffMs: 600_000 });
    const release = hook.hold();
    await replica.enqueue(warning('a'));
    await eventually(() => expect(hook.received).toHaveLength(1));
    await replica.enqueue(critical('b'));
    hook.judge = () => undefined;
    release();
    await eventually(() => expect(told()).toEqual([['a firing'], ['a firing', 'b firing']]));
  });

  it('are held back by a silence while they wait, and told of if they outlast it', async () => {
    const replica = await start({ groupWaitMs: 1_000 });
    await replica.enqueue(critical('a'), warning('b'), warning('brief'));
    await replica.enqueue(over('brief'));
    const silences = [await silence(replica, 60_000, 'b'), await silence(replica, 60_000, 'brief')];
    await eventually(() => expect(told()).toEqual([['a firing']]));
    await eventually(async () => {
      expect(await statuses(replica)).toEqual({ a: 'delivered', b: 'silenced', brief: 'silenced' });
    });
    for (const id of silences) await unsilence(replica, id);
    await eventually(() => expect(told()).toEqual([['a firing'], ['a firing', 'b firing']]));
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
