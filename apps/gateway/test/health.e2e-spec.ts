import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runMigrations } from '@holdfast/database';
import {
  eventually,
  FaultProxy,
  signToken,
  spawnApp,
  startPostgres,
  startRedis,
  type RunningServer,
  type SpawnedApp,
} from '@holdfast/testing';

jest.setTimeout(120_000);

const TOKEN = 'operations-token-of-thirty-two-characters';

/** Shortest wait for a dependency, in ms: far longer than a busy machine delays a probe. */
const DATABASE_TIMEOUT_MS = 1_500;

/** Whoever answers sooner has waited for none, in ms. */
const WAITED_MS = DATABASE_TIMEOUT_MS / 2;

const PROBE_EVERY_MS = 100;

/** Interval of the slowest check that matters here, its timeout, and two confirmations. */
const SEEN = { timeoutMs: 30_000 };

interface Report {
  readonly status: string;
  readonly failOpen: boolean;
  readonly details: Readonly<Record<string, { status: string; scope: string; reason?: string }>>;
}

describe('the health of three gateways', () => {
  let postgres: RunningServer;
  let redis: RunningServer;
  let proxies: FaultProxy[] = [];
  let gateways: SpawnedApp[] = [];
  const slowProbes: string[] = [];
  let isOver = false;
  let probing: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await runMigrations(postgres.url);
    proxies = await Promise.all([1, 2, 3].map(() => FaultProxy.start({ target: postgres.port })));
    gateways = await Promise.all(
      proxies.map(({ port }) => {
        const url = new URL(postgres.url);
        url.port = String(port);
        const env = {
          DATABASE_URL: url.href,
          REDIS_URL: redis.url,
          REDIS_PREFIX: 'health',
          HEARTBEAT_MS: '500',
          OPS_TOKEN: TOKEN,
          HEALTH_TIMEOUT_MS: '2000',
          DATABASE_TIMEOUT_MS: String(DATABASE_TIMEOUT_MS),
        };
        return spawnApp({ app: 'gateway', env, readyTimeoutMs: 90_000 });
      }),
    );
    await Promise.all(gateways.map(({ ready }) => ready));
    probing = Promise.all([0, 1, 2].flatMap((gateway) => ['/live', '/ready'].map((path) => probe(gateway, path))));
  });

  afterAll(async () => {
    isOver = true;
    await probing;
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await Promise.all([postgres.dispose(), redis.dispose()]);
  });

  async function ask(gateway: number, path: string): Promise<{ code: number; report: Report }> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const reply = await fetch(`${gateways[gateway]?.url ?? ''}/health${path}`, { headers });
    return { code: reply.status, report: (await reply.json()) as Report };
  }

  /** Asks all the time, as a kubelet does; a probe that waited for a dependency would take as long as its timeout. */
  async function probe(gateway: number, path: string): Promise<void> {
    while (!isOver) {
      const startedAt = performance.now();
      await ask(gateway, path);
      const ms = performance.now() - startedAt;
      if (ms >= WAITED_MS) slowProbes.push(`${path} of gateway ${String(gateway)}: ${ms.toFixed(0)} ms`);
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
  }

  const readiness = async () =>
    (await Promise.all([0, 1, 2].map((index) => ask(index, '/ready')))).map(({ code }) => code);

  it('is sound in every check, the socket to itself included', async () => {
    for (const index of [0, 1, 2]) {
      await eventually(async () => {
        const { code, report } = await ask(index, '');
        const faults = Object.entries(report.details).filter(([, { status }]) => status !== 'up');
        expect({ code, status: report.status, faults }).toEqual({ code: 200, status: 'ok', faults: [] });
        expect(Object.keys(report.details)).toEqual(
          expect.arrayContaining(['postgres.write', 'redis.pub-sub', 'websocket.self-probe', 'process.event-loop']),
        );
      }, SEEN);
    }
  });

  it('takes the one that alone has lost Postgres out of traffic, and back', async () => {
    proxies[0]?.add('cut', { type: 'half_open' });
    await eventually(async () => {
      const { code, report } = await ask(0, '');
      expect({ code, report }).toMatchObject({
        code: 503,
        report: { status: 'error', details: { 'postgres.query': { status: 'down', scope: 'local' } } },
      });
    }, SEEN);
    expect(await readiness()).toEqual([503, 200, 200]);
    expect((await ask(0, '/live')).code).toBe(200);

    proxies[0]?.remove('cut');
    await eventually(async () => {
      expect(await readiness()).toEqual([200, 200, 200]);
    }, SEEN);
  });

  it('keeps the history of it', async () => {
    const headers = { authorization: `Bearer ${await signToken({ sub: 'operator', roles: ['ops'] })}` };
    const path = '/api/ops/health/history?check=postgres.query';
    await eventually(async () => {
      const reply = await fetch(`${gateways[1]?.url ?? ''}${path}`, { headers });
      expect(await reply.json()).toMatchObject({
        transitions: expect.arrayContaining([
          expect.objectContaining({ from: 'degraded', to: 'down', app: 'gateway', check: 'postgres.query' }),
        ]),
      });
    }, SEEN);
  });

  it('keeps all in traffic when all have lost Postgres, and says so', async () => {
    for (const proxy of proxies) proxy.add('cut', { type: 'half_open' });
    await eventually(async () => {
      const reports = await Promise.all([0, 1, 2].map((index) => ask(index, '')));
      for (const { code, report } of reports) {
        expect({ code, report }).toMatchObject({
          code: 200,
          report: { failOpen: true, details: { 'postgres.query': { status: 'down', scope: 'shared' } } },
        });
      }
    }, SEEN);
    for (const proxy of proxies) proxy.remove('cut');
    await eventually(async () => {
      expect(await ask(0, '')).toMatchObject({ code: 200, report: { failOpen: false } });
    }, SEEN);
  });

  it('keeps all in traffic while Redis is away', async () => {
    await redis.stop();
    await eventually(async () => {
      const reports = await Promise.all([0, 1, 2].map((index) => ask(index, '')));
      for (const { code, report } of reports) {
        expect({ code, report }).toMatchObject({
          code: 200,
          report: { failOpen: true, details: { 'redis.keys': { status: 'down' }, 'postgres.query': { status: 'up' } } },
        });
      }
    }, SEEN);
    await redis.restart();
    await eventually(async () => {
      expect(await ask(0, '')).toMatchObject({ code: 200, report: { failOpen: false } });
    }, SEEN);
  });

  it('has answered every probe without waiting for what it asks about', () => {
    expect(slowProbes).toEqual([]);
  });
});
