import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Module, type INestApplicationContext, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger } from '@holdfast/observability';
import { RedisConnections, ResilientServerRedis } from '@holdfast/redis';
import { eventually, startRedisCluster, startRedisSentinel, testRedis, type RedisFleet } from '@holdfast/testing';
import { REPORTS, ReportsController } from '../test/reports.controller.js';
import { currentRecorder, SloRecorder, SloRecorderModule } from './index.js';
import { redisConfigOf, type RedisTarget } from './redis-target.js';

// Processes start and stop here; a loaded machine is slow.
jest.setTimeout(120_000);

const WAIT = { timeoutMs: 40_000 };
const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

@Module({ controllers: [ReportsController] })
class ServiceModule {}

@Module({})
class SearchModule {}

describe('a service with a connection of its own', () => {
  const fleets: RedisFleet[] = [];
  let connections: RedisConnections | undefined;
  let service: INestMicroservice | undefined;
  let app: INestApplicationContext | undefined;

  beforeAll(async () => {
    fleets.push(...(await Promise.all([startRedisSentinel(), startRedisCluster()])));
  });

  afterEach(async () => {
    await app?.close();
    await service?.close();
    await connections?.close();
  });

  afterAll(() => Promise.all(fleets.map((fleet) => fleet.dispose())));

  const targets: Record<string, () => { target: RedisTarget; prefix: string }> = {
    single: () => {
      const { url, prefix } = testRedis();
      return { target: { url }, prefix };
    },
    sentinel: () => ({ target: { mode: 'sentinel', nodes: fleets[0]?.nodes ?? [] }, prefix: 'test' }),
    cluster: () => ({ target: { mode: 'cluster', nodes: fleets[1]?.nodes ?? [] }, prefix: 'test' }),
  };

  it.each(Object.keys(targets))('reports what it counts, the last of it when it ends: %s', async (mode) => {
    const { target, prefix } = targets[mode]?.() ?? { target: { url: '' }, prefix: '' };
    connections = new RedisConnections(redisConfigOf(target, prefix), logger);
    service = await NestFactory.createMicroservice(ServiceModule, {
      strategy: new ResilientServerRedis(connections, 'slo-service'),
      logger: false,
    });
    await service.listen();
    const options = { app: `search-${mode}`, region: 'eu', measures: ['search', 'quiet'], prefix, logger, ...target };
    app = await NestFactory.createApplicationContext(
      { module: SearchModule, imports: [SloRecorderModule.connect(options)] },
      { logger: false },
    );
    const recorder = app.get(SloRecorder);
    expect(currentRecorder()).toBe(recorder);
    const own = () => REPORTS.filter(({ source }) => source.startsWith(`search-${mode}-`));

    recorder.good('search', 3);
    await eventually(() => {
      expect(own().flatMap(({ buckets }) => buckets)).toContainEqual(
        expect.objectContaining({ slo: 'search', good: 3, bad: 0 }),
      );
      expect(own()[0]).toMatchObject({ region: 'eu', measures: ['search', 'quiet'] });
    }, WAIT);
    recorder.bad('search');
    await app.close();
    expect(own().at(-1)).toMatchObject({ isLast: true });
    expect(own().flatMap(({ buckets }) => buckets)).toContainEqual(expect.objectContaining({ slo: 'search', bad: 1 }));
    expect(currentRecorder()).toBeUndefined();
  });
});
