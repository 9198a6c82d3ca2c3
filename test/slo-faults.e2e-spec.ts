import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Statement } from '@holdfast/database';
import {
  eventually,
  FaultProxy,
  signToken,
  spawnApp,
  testRedis,
  type AppName,
  type SpawnedApp,
} from '@holdfast/testing';
import { Conversation } from '../apps/agent-worker/test/conversation.js';
import { ChatClient } from '../apps/gateway/test/support/chat-client.js';
import { AlertWebhook } from './alert-webhook.js';

jest.setTimeout(200_000);

const BOOT_MS = 90_000;
const PATIENT = { timeoutMs: 75_000, intervalMs: 500 };

/** Losses come in lumps of up to 300 s, and three of them are evidence: so many seconds have to be lost together. */
const PEOPLE = 100;
const CUT_MS = 13_000;

/** As if what was counted so far had been counted seven hours ago: the rules' short windows hold nothing of it. */
const SHIFT_COUNTS: Statement = {
  name: 'test_shift_counts',
  text: `
with moved as (
  update slo.source_bucket set t = t - interval '7 hours' where slo = $1 returning slo, date_trunc('minute', t) as t)
insert into slo.dirty_minute (slo, t)
select slo, t from moved union select slo, t + interval '7 hours' from moved
on conflict (slo, t) do update set marked_at = now()`,
};

/** As if the last evaluation, and what it decided, had been so many ms earlier. */
const SHIFT_STATE: Statement = {
  name: 'test_shift_state',
  text: `
update slo.state set as_of = as_of - make_interval(secs => $2::float8 / 1000),
  alerts = jsonb_set(alerts, '{burn}', (
    select jsonb_object_agg(key, case when key in ('at', 'since', 'clearSince') and jsonb_typeof(value) = 'number'
                                      then to_jsonb(value::text::float8 - $2::float8) else value end)
      from jsonb_each(alerts -> 'burn')))
 where slo = $1`,
};

const BURN: Statement = { name: 'test_burn', text: `select alerts -> 'burn' as burn from slo.state where slo = $1` };

const TOTALS: Statement = {
  name: 'test_totals',
  text: `select sum(good)::int as good, sum(bad)::int as bad from slo.minute where slo = $1`,
};

interface Totals {
  good: number;
  bad: number;
}

describe('Postgres away, sockets cut and a replica of the SLO service killed, all at once', () => {
  let conversation: Conversation;
  let postgres: FaultProxy;
  let sockets: FaultProxy;
  let env: Record<string, string>;
  let token: string;
  const apps: SpawnedApp[] = [];
  const clients: ChatClient[] = [];
  const webhook = new AlertWebhook();
  /** Answers of the gateway as this side counts them. */
  const own: Totals = { good: 0, bad: 0 };

  async function start(app: AppName): Promise<SpawnedApp> {
    const started = await spawnApp({ app, readyTimeoutMs: BOOT_MS, env });
    apps.push(started);
    return started;
  }

  beforeAll(async () => {
    conversation = await Conversation.open();
    const url = new URL(conversation.url);
    postgres = await FaultProxy.start({ target: Number(url.port) });
    url.port = String(postgres.port);
    url.hostname = '127.0.0.1';
    const redis = testRedis();
    env = {
      DATABASE_URL: url.href,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      HOLDFAST_ENV: 'development',
      ALERT_WEBHOOK_URL: await webhook.listen(),
      ALERT_WEBHOOK_SECRET: 'a secret of this test, long enough',
      ALERT_ALLOW_PRIVATE_TARGETS: 'true',
    };
    token = await signToken();
    await Promise.all([start('gateway'), start('slo-service'), start('slo-service')]);
    await Promise.all(apps.map(({ ready }) => ready));
    sockets = await FaultProxy.start({ target: gateway().port });
  }, BOOT_MS + 30_000);

  afterAll(async () => {
    for (const client of clients) client.socket.disconnect();
    await Promise.all(apps.map((app) => app.stop()));
    await sockets.close();
    await postgres.close();
    await webhook.close();
    await conversation.close();
  }, 60_000);

  function gateway(): SpawnedApp {
    const found = apps.find(({ app }) => app === 'gateway');
    if (found === undefined) throw new Error('no gateway');
    return found;
  }

  async function request(): Promise<number> {
    const { status } = await fetch(`${gateway().url}/api/threads`, { headers: { authorization: `Bearer ${token}` } });
    if (status >= 500) own.bad += 1;
    else if (status < 400) own.good += 1;
    return status;
  }

  it('are paged for once they are over, counted exactly, and told of as over', async () => {
    clients.push(
      ...(await Promise.all(
        Array.from({ length: PEOPLE }, (_, n) =>
          ChatClient.connect(
            `http://127.0.0.1:${String(sockets.port)}`,
            { sub: `person-${String(n)}` },
            { reconnectionDelayMax: 500 },
          ),
        ),
      )),
    );
    for (let count = 0; count < 20; count += 1) expect(await request()).toBe(200);

    sockets.add('cut', { type: 'reset_peer' });
    postgres.add('away', { type: 'reset_peer' });
    const since = performance.now();
    apps.findLast(({ app }) => app === 'slo-service')?.signal('SIGKILL');
    for (let count = 0; count < 20; count += 1) expect(await request()).toBeGreaterThanOrEqual(500);
    await eventually(() => expect(performance.now() - since).toBeGreaterThan(CUT_MS), { timeoutMs: CUT_MS * 2 });
    postgres.remove('away');
    sockets.remove('cut');
    await start('slo-service');
    await eventually(async () => expect(await request()).toBe(200), { timeoutMs: 20_000 });

    // Of an SLO whose dependency fires nobody is told.
    const fired = await eventually(() => {
      const found = ['error-rate', 'database-latency'].find((slo) => webhook.told(slo).includes('firing'));
      if (found === undefined) throw new Error(`only ${JSON.stringify(webhook.alerts.map(({ labels }) => labels))}`);
      return found;
    }, PATIENT);
    await eventually(() => expect(webhook.told('websocket-uptime')).toContain('firing'), PATIENT);
    const [totals] = await conversation.db.query<Totals>(TOTALS, ['error-rate']);
    expect(totals).toEqual(own);

    // The fault is over, and hours go by.
    await conversation.db.query(SHIFT_COUNTS, [fired]);
    for (let count = 0; count < 20; count += 1) expect(await request()).toBe(200);
    await conversation.db.query(SHIFT_STATE, [fired, 600_000]);
    await eventually(async () => {
      const [state] = await conversation.db.query<{ burn: { clearSince: number | null } }>(BURN, [fired]);
      expect(state?.burn.clearSince).toEqual(expect.any(Number));
    }, PATIENT);
    await conversation.db.query(SHIFT_STATE, [fired, 180_000]);
    await eventually(() => expect(webhook.told(fired).at(-1)).toBe('resolved'), PATIENT);
    await eventually(async () => {
      expect((await conversation.db.query<Totals>(TOTALS, ['error-rate']))[0]).toEqual(own);
    }, PATIENT);
  });
});
