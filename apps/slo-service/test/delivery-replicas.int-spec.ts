import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, testDatabase, type TestDatabase } from '@holdfast/testing';
import { DeliveryRetention } from '../src/delivery/worker/delivery-retention.js';
import { DeliveryStore } from '../src/delivery/worker/delivery-store.js';
import { logged, notice, resolved, startReplica, type Replica, type ReplicaOptions } from './delivery-fixture.js';
import { DeliveryReceiver, type Treatment } from './delivery-receiver.js';

interface Event {
  readonly dedup_key: string;
  readonly event_action: string;
}

const keyOf = (body: string): string => (JSON.parse(body) as Event).dedup_key;

describe('replicas of the delivery', () => {
  let postgres: TestDatabase;
  const replicas: Replica[] = [];
  let receiver: DeliveryReceiver;

  beforeAll(async () => {
    postgres = await testDatabase();
  });

  afterAll(async () => {
    await postgres.drop();
  });

  afterEach(async () => {
    await replicas[0]?.database.query({ name: 'test_clear', text: 'delete from slo.delivery' });
    await receiver.close();
    await Promise.all(replicas.splice(0).map(({ context }) => context.close()));
  });

  async function receive(script: Treatment[] = []): Promise<DeliveryReceiver> {
    receiver = await new DeliveryReceiver({ status: 202 }, script, keyOf).listen();
    return receiver;
  }

  async function start(options: ReplicaOptions = {}): Promise<Replica> {
    const env = { ALERT_PAGERDUTY_ROUTING_KEY: 'key', ALERT_PAGERDUTY_URL: `${receiver.origin}/v2/enqueue` };
    const replica = await startReplica(postgres, { env, ...options });
    replicas.push(replica);
    return replica;
  }

  const events = (): Event[] => receiver.bodies as unknown as Event[];

  it('send each notice once, in the order of its key, while every third try fails', async () => {
    const server = await receive(
      Array.from({ length: 200 }, (_, n): Treatment => (n % 3 === 0 ? { status: 503 } : { status: 202 })),
    );
    const [first, ...others] = [await start(), await start(), await start()];
    const slos = Array.from({ length: 20 }, (_, n) => `slo-${String(n)}`);
    for (const slo of slos) {
      await first.enqueue(notice({ slo, incident: `${slo}/1`, severity: 'warning' }));
      await first.enqueue(notice({ slo, incident: `${slo}/1`, transition: 'escalated' }));
      await first.enqueue(resolved({ slo, incident: `${slo}/1` }));
    }
    await eventually(
      async () => {
        const rows = await first.rows('pagerduty');
        expect(rows.filter(({ status }) => status === 'delivered')).toHaveLength(60);
      },
      { timeoutMs: 30_000 },
    );
    expect(others).toHaveLength(2);
    expect(server.mostAtOnce).toBe(1);
    const rows = await first.rows('pagerduty');
    expect(server.received).toHaveLength(rows.reduce((sum, { attempts }) => sum + attempts, 0));
    for (const slo of slos) {
      const actions = events()
        .filter(({ dedup_key }) => dedup_key === `test/eu/${slo}/burn`)
        .map(({ event_action }) => event_action);
      expect(actions.at(-1)).toBe('resolve');
      expect(actions.lastIndexOf('trigger')).toBeLessThan(actions.indexOf('resolve'));
    }
  });

  it('holds a resolve back while its trigger is being sent by another replica', async () => {
    const server = await receive();
    const release = server.hold();
    const replica = await start();
    await start();
    await replica.enqueue(notice());
    await replica.enqueue(resolved());
    await eventually(() => expect(server.received).toHaveLength(1));
    await replica.enqueue(notice({ slo: 'other', incident: 'other/1' }));
    await eventually(() => expect(server.received).toHaveLength(2));
    expect(events().map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger']);
    release();
    await eventually(() => expect(events().at(-1)).toMatchObject({ event_action: 'resolve' }));
  });

  it('sends what a killed replica had sent and not recorded again, under the same key, and in order', async () => {
    const server = await receive();
    const replica = await start({ times: { pollMs: 60_000, sweepMs: 60_000 } });
    await eventually(async () => expect(await replica.rows('pagerduty')).toEqual([]));
    await replica.enqueue(notice());
    await replica.enqueue(resolved());
    // A replica that sends and is killed before it can say so.
    const killed = new DeliveryStore(replica.database, 300, 86_400_000);
    const [claim] = await killed.claim('pagerduty', 4);
    expect(await killed.claim('pagerduty', 4)).toEqual([]);
    const body = JSON.stringify({ dedup_key: claim?.dedupKey, event_action: 'trigger' });
    await fetch(`${server.origin}/v2/enqueue`, { method: 'POST', body });
    const survivor = await start();
    await survivor.until('pagerduty', 'delivered');
    expect(events()).toEqual([
      expect.objectContaining({ dedup_key: 'test/eu/chat-latency/burn', event_action: 'trigger' }),
      expect.objectContaining({ dedup_key: 'test/eu/chat-latency/burn', event_action: 'trigger' }),
      expect.objectContaining({ dedup_key: 'test/eu/chat-latency/burn', event_action: 'resolve' }),
    ]);
    // Whoever comes back after its lease changes nothing.
    if (claim === undefined) throw new Error('nothing was claimed');
    expect(await killed.settle(claim, { status: 'dead', code: 'late', nextMs: 0 })).toBe('fenced');
    expect((await survivor.rows('pagerduty')).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  });

  it('writes nothing that was rolled back, and nothing that Postgres cannot keep', async () => {
    await receive();
    const replica = await start();
    await replica.enqueue(notice({ title: 'a\u0000b\ud800', detail: { 'k\u0000': ['\udc00', 1n] } }));
    await replica.until('pagerduty', 'delivered');
    expect(receiver.bodies[0]).toMatchObject({ payload: { custom_details: { title: 'a\ufffdb\ufffd' } } });
  });

  it('gives back what it is sending when it has to go, for another to send', async () => {
    const server = await receive(['hang']);
    const leaving = await start({ times: { sendMs: 10_000 } });
    await leaving.enqueue(notice());
    await eventually(() => expect(server.received).toHaveLength(1));
    const since = Date.now();
    await leaving.context.close();
    expect(Date.now() - since).toBeLessThan(2_000);
    replicas.length = 0;
    const next = await start();
    expect(await next.until('pagerduty', 'delivered')).toMatchObject({ attempts: 2 });
  });

  it('give up what nobody knows the target of, and drop what is old, but for the newest of each key', async () => {
    await receive();
    const replica = await start();
    const write = (target: string, status: string, days: number) =>
      replica.database.query(
        {
          name: 'test_old',
          text: `insert into slo.delivery (target, dedup_key, action, severity, notice, status, created_at, next_at)
                 select $1, 'key', 'trigger', 'critical', '{"slo":"x"}', $2, t, t
                   from (select now() - make_interval(days => $3) as t) as age`,
        },
        [target, status, days],
      );
    await write('gone', 'waiting', 2);
    await write('pagerduty', 'delivered', 120);
    await write('pagerduty', 'delivered', 100);
    await write('pagerduty', 'dead', 95);
    expect(await replica.until('gone', 'dead')).toMatchObject({ attempts: 0, lastCode: 'expired' });
    const retention = replica.context.get(DeliveryRetention, { strict: false });
    await (retention as unknown as { purge(): Promise<void> }).purge();
    expect((await replica.rows('pagerduty')).map(({ status }) => status)).toEqual(['dead']);
    expect(await replica.rows('gone')).toHaveLength(1);
  });

  it('goes on when Postgres answers again', async () => {
    await receive();
    const replica = await start();
    const other = await start();
    await other.database.query({
      name: 'test_break',
      text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    });
    await eventually(() => replica.enqueue(notice()));
    await replica.until('pagerduty', 'delivered');
    expect(logged.join('')).not.toContain('uncaught');
  });
});
