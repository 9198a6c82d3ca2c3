import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, ObservabilityModule } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { eventually } from '@holdfast/testing';
import { HealthModule, HealthRegistry, type HealthReport } from './index.js';

const TOKEN = 'operations-token-of-thirty-two-characters';
const service = { logLevel: 'silent', logPretty: false };
const logger = createLogger({ app: 'test', instanceId: 'test-1', level: 'silent', pretty: false });

/** Some looks at the process. */
const RECOVERY = { timeoutMs: 20_000 };

describe('the probes', () => {
  let app: NestFastifyApplication;

  beforeEach(async () => {
    const module = await Test.createTestingModule({
      imports: [
        ObservabilityModule.forRoot({ app: 'test', instanceId: 'test-1', config: { service }, logger }),
        HealthModule.forRoot({ opsFromLoopback: false, healthTimeoutMs: 5_000, opsToken: TOKEN }),
      ],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  });

  afterEach(async () => {
    await app.close();
  });

  async function probe(name: string, headers: Record<string, string> = {}) {
    const reply = await fetch(`${await app.getUrl()}/health${/^(\?|$)/.test(name) ? name : `/${name}`}`, { headers });
    return { status: reply.status, cache: reply.headers.get('cache-control'), body: await reply.json() };
  }

  it('pass once booted, and are not cached', async () => {
    await app.listen(0, '127.0.0.1');
    for (const name of ['live', 'startup', 'ready']) {
      expect(await probe(name)).toMatchObject({ status: 200, cache: 'no-store' });
      // A process whose event loop was late while it booted says so until the next look at it.
      await eventually(async () => {
        expect(await probe(name)).toMatchObject({ status: 200, body: { status: 'ok' } });
      }, RECOVERY);
    }
  });

  it('stay ready while a dependency is down, and say so without a word of its driver', async () => {
    app.get(HealthRegistry).register('database', () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7')));
    app.get(HealthRegistry).register('redis', () => Promise.resolve('up'));
    await app.listen(0, '127.0.0.1');
    await new Promise(setImmediate);
    const { status, body } = await probe('ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      details: { database: { status: 'degraded', reason: 'failed', consecutiveFailures: 1 }, redis: { status: 'up' } },
    });
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it('answer while a check hangs', async () => {
    app.get(HealthRegistry).register('database', () => new Promise(() => undefined));
    await app.listen(0, '127.0.0.1');
    expect(await probe('ready')).toMatchObject({ status: 200, body: { details: { database: { reason: 'pending' } } } });
  });

  it('turn traffic away while draining, and stay alive', async () => {
    await app.listen(0, '127.0.0.1');
    await app.get(Shutdown).beforeApplicationShutdown();
    expect(await probe('ready')).toMatchObject({ status: 503, cache: 'no-store', body: { status: 'shutting_down' } });
    expect(await probe('live')).toMatchObject({ status: 200 });
    expect(await probe('startup')).toMatchObject({ status: 200 });
  });

  it('leave traffic when something of this instance alone is down, and come back', async () => {
    let state: HealthReport['state'] = 'down';
    app.get(HealthRegistry).register('capacity', () => Promise.resolve(state), { resource: 'own', intervalMs: 20 });
    await app.listen(0, '127.0.0.1');
    await eventually(async () =>
      expect(await probe('ready')).toMatchObject({ status: 503, body: { status: 'error' } }),
    );
    expect(await probe('live')).toMatchObject({ status: 200 });
    state = 'up';
    await eventually(async () => expect(await probe('ready')).toMatchObject({ status: 200 }));
  });

  it('stay ready in a shared outage and say so; leave when the peers do not share it', async () => {
    const registry = app.get(HealthRegistry);
    let peers = new Map<string, { up: number; down: number }>();
    registry.usePeers(() => peers);
    registry.register('database', () => Promise.resolve('down'), { intervalMs: 20 });
    await app.listen(0, '127.0.0.1');
    const shared = {
      status: 200,
      body: { failOpen: true, details: { database: { status: 'down', scope: 'unknown' } } },
    };
    await eventually(async () => expect(await probe('ready')).toMatchObject(shared));
    peers = new Map([['database', { up: 2, down: 0 }]]);
    expect(await probe('ready')).toMatchObject({ status: 503, body: { details: { database: { scope: 'local' } } } });
    peers = new Map([['database', { up: 0, down: 2 }]]);
    expect(await probe('ready')).toMatchObject({ status: 200, body: { details: { database: { scope: 'shared' } } } });
  });

  it('show details and fresh samples to the operations token only', async () => {
    let samples = 0;
    app.get(HealthRegistry).register('database', async () => {
      samples += 1;
      // Longer than it takes the three requests below to arrive.
      if (samples > 1) await delay(300);
      return { state: 'up', facts: { queryMs: 3 } };
    });
    await app.listen(0, '127.0.0.1');
    await eventually(() => samples === 1);
    const authorization = `Bearer ${TOKEN}`;
    expect((await probe('')).body).toEqual({ status: 'degraded', info: {}, error: {}, details: {}, failOpen: false });
    expect((await probe('', { authorization: 'Bearer wrong' })).body).toMatchObject({ details: {} });
    expect((await probe('?fresh=1')).status).toBe(401);
    expect(samples).toBe(1);

    const fresh = await Promise.all([1, 2, 3].map(() => probe('?fresh=1', { authorization })));
    expect(samples).toBe(2);
    for (const { status, body } of fresh) {
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { details: { database: { status: 'up', queryMs: 3 }, 'process.heap': { status: 'up' } } },
      });
    }
    expect((await probe('ready')).body).not.toHaveProperty('details.database.queryMs');
  });

  it('answer as application/health+json where it is asked for', async () => {
    app.get(HealthRegistry).register('database', () => Promise.resolve('up'));
    await app.listen(0, '127.0.0.1');
    const headers = { accept: 'application/health+json', authorization: `Bearer ${TOKEN}` };
    expect((await probe('?fresh=1', headers)).body).toMatchObject({
      status: 'pass',
      checks: { database: [{ status: 'pass', observedUnit: 'ms' }] },
    });
    const reply = await fetch(`${await app.getUrl()}/health/live`, { headers });
    expect(reply.headers.get('content-type')).toContain('application/health+json');
    expect(await reply.json()).toEqual({ status: 'pass' });
  });

  it('leave traffic while the event loop is blocked again and again, and come back', async () => {
    await app.listen(0, '127.0.0.1');
    await eventually(
      async () => {
        const until = performance.now() + 1_300;
        while (performance.now() < until);
        expect(await probe('ready')).toMatchObject({
          status: 503,
          body: { details: { 'process.event-loop': { status: 'down', reason: 'blocked', scope: 'local' } } },
        });
      },
      { timeoutMs: 20_000 },
    );
    expect(await probe('live')).toMatchObject({ status: 200 });
    await eventually(async () => expect(await probe('ready')).toMatchObject({ status: 200 }), { timeoutMs: 10_000 });
  }, 40_000);

  it('survive a check that throws at once', async () => {
    app.get(HealthRegistry).register('broken', () => {
      throw new Error('a defect');
    });
    await app.listen(0, '127.0.0.1');
    await eventually(async () => {
      expect(await probe('ready')).toMatchObject({ status: 200, body: { details: { broken: { reason: 'failed' } } } });
    });
  });

  it('refuse two checks of one name', () => {
    const registry = app.get(HealthRegistry);
    registry.register('redis', () => Promise.resolve('up'));
    expect(() => {
      registry.register('redis', () => Promise.resolve('up'));
    }).toThrow('exists already');
  });
});
