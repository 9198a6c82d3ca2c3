import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, ObservabilityModule } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { HealthModule, HealthRegistry } from './index.js';

const service = { logLevel: 'silent', logPretty: false };
const logger = createLogger({ app: 'test', instanceId: 'test-1', level: 'silent', pretty: false });

describe('the probes', () => {
  let app: NestFastifyApplication;

  beforeEach(async () => {
    const module = await Test.createTestingModule({
      imports: [
        ObservabilityModule.forRoot({ app: 'test', instanceId: 'test-1', config: { service }, logger }),
        HealthModule,
      ],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  });

  afterEach(async () => {
    await app.close();
  });

  async function probe(name: string) {
    const reply = await fetch(`${await app.getUrl()}/health/${name}`);
    return { status: reply.status, cache: reply.headers.get('cache-control'), body: await reply.json() };
  }

  it('pass once booted, and are not cached', async () => {
    await app.listen(0, '127.0.0.1');
    for (const name of ['live', 'startup', 'ready']) {
      expect(await probe(name)).toMatchObject({ status: 200, cache: 'no-store', body: { status: 'ok' } });
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

  it('refuse two checks of one name', () => {
    const registry = app.get(HealthRegistry);
    registry.register('redis', () => Promise.resolve('up'));
    expect(() => {
      registry.register('redis', () => Promise.resolve('up'));
    }).toThrow('exists already');
  });
});
