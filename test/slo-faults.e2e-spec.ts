import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SloDefineResult } from '@holdfast/contracts';
import type { Statement } from '@holdfast/database';
import { formatOpenSlo } from '@holdfast/openslo';
import { DEFAULT_SLOS } from '@holdfast/slo';
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
const PATIENT = { timeoutMs: 75_000, intervalMs: 250 };

/** Losses come in lumps of up to 300 s, and three of them are evidence: so many seconds have to be lost together. */
const PEOPLE = 110;
const CUT_MS = 9_500;

/** Requests under way at a time. */
const CALLERS = 8;

/**
 * The fault is over once what works outweighs what failed, so that traffic of seconds ends an alert: short objectives, which
 * leave the windows as they are. That of the requests is over before that of the database, and never outlives what explains it.
 */
const OBJECTIVES: Readonly<Record<string, number>> = { 'database-latency': 0.75, 'error-rate': 0.3 };

const DEFINITIONS = DEFAULT_SLOS.filter(({ id }) => id in OBJECTIVES).map((slo) => ({
  ...slo,
  objective: OBJECTIVES[slo.id] ?? slo.objective,
  windowMs: 86_400_000,
}));

const TOTALS: Statement = {
  name: 'test_totals',
  text: `
select coalesce(sum(good), 0)::int as good, coalesce(sum(bad), 0)::int as bad from slo.minute where slo = $1`,
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
      LIMIT_REQUESTS_PER_S: '100000',
      ALERT_EVALUATE_EVERY_MS: '5000',
      ALERT_RECOVER_MS: '5000',
      ALERT_MIN_FIRING_MS: '5000',
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

  /** Asks the gateway, and counts as it does. */
  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${gateway().url}${path}`, init);
    if (response.status >= 500) own.bad += 1;
    else if (response.status < 400) own.good += 1;
    return response;
  }

  /** @returns the status */
  async function request(): Promise<number> {
    return (await call('/api/threads', { headers: { authorization: `Bearer ${token}` } })).status;
  }

  /** Requests, several at a time, until `isEnough`. @returns the statuses that came */
  async function traffic(isEnough: () => Promise<boolean>): Promise<Set<number>> {
    const statuses = new Set<number>();
    const until = performance.now() + 60_000;
    while (!(await isEnough())) {
      if (performance.now() > until)
        throw new Error(`never enough, after ${JSON.stringify({ own, calls: await totals('database-latency') })}`);
      await Promise.all(
        Array.from({ length: CALLERS }, async () => {
          for (let count = 0; count < 10; count += 1) statuses.add(await request());
        }),
      );
    }
    return statuses;
  }

  async function totals(slo: string): Promise<Totals> {
    return (await conversation.db.query<Totals>(TOTALS, [slo]))[0] ?? { good: 0, bad: 0 };
  }

  /** Calls of Postgres that the gateway has counted as bad. */
  async function badCalls(): Promise<number> {
    const text = await (await fetch(`${gateway().url}/metrics`)).text();
    const labels = /^slo_events_total{(?=[^}]*slo="database-latency")(?=[^}]*result="bad")[^}]*} (\d+)$/m;
    return Number(labels.exec(text)?.[1] ?? 0);
  }

  /** What an SLO's burn alert did, the oldest first. */
  async function history(slo: string): Promise<string[]> {
    const response = await call(`/api/slo/${slo}/alerts`);
    const { events } = (await response.json()) as { events: { kind: string; transition: string }[] };
    return events
      .filter(({ kind, transition }) => kind === 'burn' && transition !== 'pended')
      .map(({ transition }) => transition)
      .reverse();
  }

  async function define(): Promise<void> {
    const response = await call('/api/slo/definitions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ yaml: await formatOpenSlo(DEFINITIONS) }),
    });
    expect(((await response.json()) as SloDefineResult).isApplied).toBe(true);
  }

  it('are paged for once they are over, counted exactly, and told of as over once all is well again', async () => {
    await define();
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
    const before = await totals('database-latency');

    sockets.add('cut', { type: 'reset_peer' });
    postgres.add('away', { type: 'reset_peer' });
    const since = performance.now();
    apps.findLast(({ app }) => app === 'slo-service')?.signal('SIGKILL');
    // Each request fails by a call of Postgres. As many calls fail as went well, or a third of all once people are back.
    const failed = await traffic(async () => (await badCalls()) > before.good + 100);
    for (const status of failed) expect(status).toBeGreaterThanOrEqual(500);
    await eventually(() => expect(performance.now() - since).toBeGreaterThan(CUT_MS), { timeoutMs: CUT_MS * 2 });
    postgres.remove('away');
    sockets.remove('cut');
    await start('slo-service');
    await eventually(async () => expect(await request()).toBe(200), { timeoutMs: 20_000 });

    await eventually(() => expect(webhook.told('database-latency')).toContain('firing'), PATIENT);
    await eventually(() => expect(webhook.told('websocket-uptime')).toContain('firing'), PATIENT);
    expect(webhook.severities('database-latency')).toEqual(['critical']);
    // The requests failed because the calls did: an alert as well, of which nobody is told twice.
    await eventually(async () => expect(await history('error-rate')).toEqual(['fired']), PATIENT);
    const served = await traffic(async () => {
      const { good, bad } = await totals('database-latency');
      return good > bad * 3.6;
    });
    expect([...served]).toEqual([200]);
    await eventually(() => expect(webhook.told('database-latency')).toEqual(['firing', 'resolved']), PATIENT);
    expect(await history('error-rate')).toEqual(['fired', 'resolved']);
    expect(webhook.told('error-rate')).toEqual([]);
    await eventually(async () => expect(await totals('error-rate')).toEqual(own), PATIENT);
  });
});
