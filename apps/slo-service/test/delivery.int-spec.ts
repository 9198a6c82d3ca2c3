import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import { logged, notice, resolved, startReplica, type Replica, type ReplicaOptions } from './delivery-fixture.js';
import { DeliveryReceiver, type Treatment } from './delivery-receiver.js';

const SECRET = 'signing-secret-of-thirty-two-chars';
const KEY = 'routing-key-1234567890';

describe('the delivery of alerts', () => {
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
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
    await Promise.all(replicas.splice(0).map(({ context }) => context.close()));
  });

  async function receive(accept: Exclude<Treatment, string> = { status: 200 }, script: Treatment[] = []) {
    const receiver = await new DeliveryReceiver(accept, script).listen();
    receivers.push(receiver);
    return receiver;
  }

  async function start(options: ReplicaOptions = {}): Promise<Replica> {
    const replica = await startReplica(postgres, options);
    replicas.push(replica);
    return replica;
  }

  const pagerduty = ({ origin }: DeliveryReceiver) => ({
    ALERT_PAGERDUTY_ROUTING_KEY: KEY,
    ALERT_PAGERDUTY_URL: `${origin}/v2/enqueue`,
  });
  const slack = ({ origin }: DeliveryReceiver) => ({ ALERT_SLACK_WEBHOOK_URL: `${origin}/services/T0/B0/hook-token` });
  const webhook = ({ origin }: DeliveryReceiver) => ({
    ALERT_WEBHOOK_URL: `${origin}/alerts`,
    ALERT_WEBHOOK_SECRET: SECRET,
  });
  const alertmanager = ({ origin }: DeliveryReceiver) => ({ ALERT_ALERTMANAGER_URL: `${origin}/am/` });

  it('tells PagerDuty, under one key through escalation and resolve', async () => {
    const server = await receive({ status: 202, body: '{"status":"success"}' });
    const replica = await start({ env: pagerduty(server) });
    await replica.enqueue(notice({ severity: 'warning' }));
    await replica.enqueue(notice({ transition: 'escalated' }));
    await replica.enqueue(resolved());
    await replica.until('pagerduty', 'delivered');
    expect(server.received.map(({ path }) => path)).toEqual(['/v2/enqueue', '/v2/enqueue', '/v2/enqueue']);
    expect(server.bodies).toEqual(
      [
        ['trigger', 'warning'],
        ['trigger', 'critical'],
        ['resolve', 'critical'],
      ].map(([event_action, severity]) =>
        expect.objectContaining({
          routing_key: KEY,
          event_action,
          dedup_key: 'test/eu/chat-latency/burn',
          payload: expect.objectContaining({ severity, component: 'chat-latency', source: 'test/eu' }),
        }),
      ),
    );
    await replica.until('log', 'delivered');
    expect(logged.join('')).toContain('alert resolved');
  });

  it('tells Slack in blocks, one a second', async () => {
    const server = await receive({ status: 200, body: 'ok' });
    const replica = await start({ env: slack(server) });
    await replica.enqueue(
      notice({ title: 'Late <!channel>' }),
      notice({ slo: 'other', service: 'other', incident: 'other/1' }),
    );
    await eventually(() => expect(server.received).toHaveLength(2));
    const [first, second] = server.received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
    expect(server.bodies[0]).toMatchObject({
      text: expect.stringContaining('&lt;!channel&gt;'),
      blocks: [{ type: 'header' }, { type: 'section' }, { type: 'section' }, { type: 'context' }],
    });
  });

  it("signs Alertmanager's webhook, anew for each try and with one id for all", async () => {
    const server = await receive({ status: 200 }, [{ status: 500 }]);
    const replica = await start({ env: webhook(server) });
    await replica.enqueue(notice());
    await replica.until('webhook', 'delivered');
    await replica.enqueue(resolved());
    await replica.until('webhook', 'delivered');
    for (const { headers, text } of server.received) {
      const id = String(headers['webhook-id']);
      const timestamp = String(headers['webhook-timestamp']);
      expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(30);
      const expected = createHmac('sha256', SECRET).update(`${id}.${timestamp}.${text}`).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    }
    const [failed, again, end] = server.received.map(({ headers }) => headers['webhook-id']);
    expect(again).toBe(failed);
    expect(end).not.toBe(failed);
    const common = { version: '4', groupKey: 'test/eu/chat', receiver: 'holdfast' };
    expect(server.bodies[1]).toMatchObject({
      ...common,
      status: 'firing',
      alerts: [
        { status: 'firing', endsAt: '0001-01-01T00:00:00Z', labels: { slo: 'chat-latency', severity: 'critical' } },
      ],
    });
    expect(server.bodies[2]).toMatchObject({ ...common, status: 'resolved', alerts: [{ status: 'resolved' }] });
  });

  it('pushes to Alertmanager, again and again while the alert fires, and its end for a while', async () => {
    const server = await receive();
    const replica = await start({ env: alertmanager(server), times: { remindMs: 100 } });
    const at = Date.now() - 1_000;
    await replica.enqueue(notice({ at }));
    await eventually(() => expect(server.received.length).toBeGreaterThan(3));
    const firing = server.received.at(-1);
    expect(firing?.path).toBe('/am/api/v2/alerts');
    const [critical, warning] = JSON.parse(firing?.text ?? '') as {
      endsAt: string;
      startsAt: string;
      labels: object;
    }[];
    expect(critical?.labels).toMatchObject({ alertname: 'HoldfastSloBurn', severity: 'critical' });
    expect(critical?.startsAt).toBe(new Date(at).toISOString());
    expect(Date.parse(critical?.endsAt ?? '')).toBeGreaterThan((firing?.at ?? 0) + 200);
    expect(warning?.endsAt).toBe(new Date(at).toISOString());
    await replica.enqueue(resolved({ at: Date.now() }));
    await replica.until('alertmanager', 'delivered');
    const before = server.received.length;
    await eventually(() => {
      expect(server.received.length).toBeGreaterThan(before + 1);
      const alerts = JSON.parse(server.received.at(-1)?.text ?? '') as { endsAt: string }[];
      expect(alerts.filter(({ endsAt }) => Date.parse(endsAt) > Date.now())).toEqual([]);
    });
  });

  it.each<[string, Treatment, string]>([
    ['500', { status: 500 }, 'http_500'],
    ['503 with a page', { status: 503, body: '<html>'.repeat(100_000) }, 'http_503'],
    ['408', { status: 408 }, 'http_408'],
    ['425', { status: 425 }, 'http_425'],
    ['429', { status: 429, headers: { 'retry-after': '1' } }, 'http_429'],
    ['silence', 'hang', 'timeout'],
    ['a reset', 'reset', 'network'],
  ])('tries again after %s', async (_name, treatment, code) => {
    const server = await receive({ status: 200 }, [treatment]);
    const replica = await start({ env: webhook(server), times: code === 'timeout' ? { sendMs: 300 } : {} });
    await replica.enqueue(notice());
    expect(await replica.until('webhook', 'delivered')).toMatchObject({ attempts: 2, lastCode: 'http_200' });
    expect(logged.join('')).toContain(`"code":"${code}"`);
    const [first, second] = server.received;
    if (code === 'http_429') expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('takes a status for an answer, however long the rest takes', async () => {
    const server = await receive({ status: 200 }, ['endless']);
    const replica = await start({ env: webhook(server) });
    await replica.enqueue(notice());
    expect(await replica.until('webhook', 'delivered')).toMatchObject({ attempts: 1 });
  });

  it.each<[string, Treatment, string]>([
    ['400', { status: 400, body: '{"status":"invalid event"}' }, 'http_400'],
    ['404', { status: 404 }, 'http_404'],
    ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'http_302'],
  ])('gives up at once after %s, and tries again when told to', async (_name, treatment, code) => {
    const server = await receive({ status: 200 }, [treatment]);
    const replica = await start({ env: webhook(server) });
    await replica.enqueue(notice());
    const dead = await replica.until('webhook', 'dead');
    expect(dead).toMatchObject({ attempts: 1, lastCode: code });
    expect(server.received).toHaveLength(1);
    expect(await replica.deliveries.list({ status: 'dead', limit: 10 })).toEqual([dead]);
    expect(await replica.deliveries.retry(dead.id)).toBe('queued');
    await replica.until('webhook', 'delivered');
    expect(await replica.deliveries.retry(dead.id)).toBe('not_dead');
    expect(await replica.deliveries.retry('9'.repeat(19))).toBe('unknown');
    expect(await replica.deliveries.retry("1' or true")).toBe('unknown');
  });

  it('sends what followed a dead notice again after it', async () => {
    const server = await receive({ status: 200 }, [{ status: 400 }]);
    const replica = await start({ env: pagerduty(server) });
    await replica.enqueue(notice());
    await replica.enqueue(resolved());
    await replica.until('pagerduty', 'delivered');
    const [dead] = await replica.rows('pagerduty');
    await replica.deliveries.retry(dead?.id ?? '');
    await eventually(() => expect(server.received).toHaveLength(4));
    expect(server.bodies.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve', 'trigger', 'resolve']);
  });

  it('gives up what is too old', async () => {
    const server = await receive({ status: 500 });
    const replica = await start({ env: webhook(server), times: { giveUpMs: 2_000 } });
    await replica.enqueue(notice());
    expect(await replica.until('webhook', 'dead')).toMatchObject({ lastCode: 'http_500' });
    expect(server.received.length).toBeGreaterThan(1);
  });

  it('connects to no private address, by number or by name, and says nothing of the target', async () => {
    const server = await receive();
    const { port } = new URL(server.origin);
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433']) {
      const replica = await start({
        env: {
          ALERT_SLACK_WEBHOOK_URL: `http://user:pass-of-hook@${host}:${port}/hook-token`,
          ALERT_ALLOW_PRIVATE_TARGETS: 'false',
        },
      });
      await replica.enqueue(notice({ slo: `slo-${host.replaceAll(/[^a-z0-9]/g, '')}` }));
      expect(await replica.until('slack', 'dead')).toMatchObject({ lastCode: 'address_refused' });
    }
    expect(server.received).toEqual([]);
    expect(logged.join('')).not.toMatch(/hook-token|pass-of-hook/);
  });

  it('calls back the app, and isolates a callback that throws or hangs', async () => {
    const seen: string[] = [];
    let throws = 0;
    const replica = await start({
      times: { sendMs: 200 },
      callbacks: [
        { name: 'good', onAlert: ({ action }, { dedupKey }) => seen.push(`${action} ${dedupKey}`) },
        {
          name: 'throws-once',
          onAlert: () => {
            throws += 1;
            if (throws === 1) throw new Error('no');
          },
        },
        { name: 'hangs', onAlert: () => new Promise(() => undefined) },
      ],
    });
    await replica.enqueue(notice());
    await replica.until('callback:good', 'delivered');
    expect(await replica.until('callback:throws-once', 'delivered')).toMatchObject({ attempts: 2 });
    await eventually(async () => expect((await replica.rows('callback:hangs'))[0]?.lastCode).toBe('timeout'));
    expect(seen).toEqual(['trigger test/eu/chat-latency/burn']);
  });
});
