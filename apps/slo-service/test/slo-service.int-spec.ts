import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig } from '@holdfast/config';
import { HealthModule } from '@holdfast/health';
import { createLogger, ObservabilityModule } from '@holdfast/observability';
import { RedisModule } from '@holdfast/redis';
import { ScalingModule, SystemStatusReader } from '@holdfast/scaling';
import { ShutdownModule } from '@holdfast/shutdown';
import {
  eventually,
  freePort,
  spawnApp,
  startRedis,
  testDatabase,
  testRedis,
  type SpawnedApp,
  type TestDatabase,
} from '@holdfast/testing';

const service = { logLevel: 'silent', logPretty: false };
const logger = createLogger({ app: 'gateway', instanceId: 'gateway-test', level: 'silent', pretty: false });

@Module({})
class Observer {}

/** What another app sees of the system. */
async function observer(env: Record<string, string>): Promise<INestApplicationContext> {
  const config = loadConfig('agent-worker', env);
  const identity = { app: 'gateway', instanceId: 'gateway-test', version: '0', heartbeatMs: 1_000 } as const;
  return NestFactory.createApplicationContext(
    {
      module: Observer,
      imports: [
        ObservabilityModule.forRoot({ app: 'gateway', instanceId: 'gateway-test', config: { service }, logger }),
        ShutdownModule,
        HealthModule.forRoot({ opsFromLoopback: false, healthTimeoutMs: 5_000, opsToken: undefined }),
        RedisModule.forRoot(config.redis),
        ScalingModule.forRoot(identity),
      ],
    },
    { logger: false },
  );
}

jest.setTimeout(60_000);

describe('the slo-service', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  let app: SpawnedApp | undefined;
  let context: INestApplicationContext | undefined;

  beforeAll(async () => {
    database = await testDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  beforeEach(() => {
    const redis = testRedis();
    env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      INSTANCE_ID: 'slo-1',
      HEARTBEAT_MS: '250',
    };
  });

  afterEach(async () => {
    await Promise.all([app?.stop(), context?.close()]);
    app = context = undefined;
  });

  async function start(overrides: Record<string, string> = {}): Promise<SpawnedApp> {
    app = await spawnApp({ app: 'slo-service', from: 'source', env: { ...env, ...overrides } });
    return app;
  }

  const status = async () => context?.get(SystemStatusReader).read();

  it('answers for itself, appears among the instances, and ends cleanly on SIGTERM', async () => {
    context = await observer(env);
    expect((await status())?.sloService).toBeNull();
    const slo = await start();
    await slo.ready;
    await eventually(async () => {
      expect(await status()).toMatchObject({
        sloService: { app: 'slo-service', instanceId: 'slo-1', version: expect.any(String) },
        instances: expect.arrayContaining([expect.objectContaining({ instanceId: 'slo-1', state: 'ready' })]),
      });
    });
    slo.signal('SIGTERM');
    expect(await slo.exit).toEqual({ code: 0, signal: null });
    const after = await status();
    expect(after).toMatchObject({ sloService: null });
    expect(after?.instances).not.toContainEqual(expect.objectContaining({ instanceId: 'slo-1' }));
  });

  it('starts with Redis down and answers once it is there', async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${String(port)}`;
    const slo = await start({ REDIS_URL: url });
    await slo.ready;
    await eventually(async () => {
      const reply = await fetch(`${slo.url}/health/ready`);
      expect(await reply.json()).toMatchObject({ status: 'degraded', details: { 'postgres.query': { status: 'up' } } });
    });
    const redis = await startRedis({ port });
    try {
      context = await observer({ ...env, REDIS_URL: url });
      await eventually(async () => expect((await status())?.sloService).toMatchObject({ instanceId: 'slo-1' }), {
        timeoutMs: 10_000,
      });
      await context.close();
      context = undefined;
    } finally {
      await slo.stop();
      await redis.dispose();
    }
  });

  it('shows metrics of its runtime', async () => {
    const slo = await start();
    await slo.ready;
    const reply = await fetch(`${slo.url}/metrics`);
    expect(reply.headers.get('content-type')).toContain('text/plain');
    expect(await reply.text()).toContain('nodejs_eventloop_lag_seconds');
  });

  it('refuses an older schema', async () => {
    const empty = await testDatabase({ empty: true });
    try {
      const slo = await start({ DATABASE_URL: empty.url });
      expect(await slo.exit).toEqual({ code: 1, signal: null });
      expect(slo.output()).toContain('older than this build');
    } finally {
      await empty.drop();
    }
  });

  it('names every invalid variable and does not start', async () => {
    const slo = await start({ DATABASE_URL: 'nonsense', HEARTBEAT_MS: '1' });
    expect(await slo.exit).toEqual({ code: 78, signal: null });
    expect(slo.output()).toMatch(/HEARTBEAT_MS[\s\S]*DATABASE_URL/);
  });
});
