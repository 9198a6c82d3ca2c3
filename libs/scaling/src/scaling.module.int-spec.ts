import { describe, expect, it, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule, HealthRegistry } from '@holdfast/health';
import { createLogger, NestLogger, ObservabilityModule } from '@holdfast/observability';
import { RedisModule } from '@holdfast/redis';
import { Shutdown, ShutdownModule } from '@holdfast/shutdown';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { redisConfig } from '../test/redis-config.js';
import { InstanceRegistry, ScalingModule, SystemStatusReader } from './index.js';

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });
const service = { logLevel: 'silent', logPretty: false };

@Module({})
class AppModule {}

describe('an app on Redis', () => {
  it('boots without it, joins the others once it is there, and leaves them when it ends', async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${port}`;
    const app = await NestFactory.createApplicationContext(
      {
        module: AppModule,
        imports: [
          ObservabilityModule.forRoot({ app: 'gateway', instanceId: 'a', config: { service }, logger }),
          HealthModule.forRoot({ opsFromLoopback: false, healthTimeoutMs: 5_000, opsToken: undefined }),
          ShutdownModule,
          RedisModule.forRoot({ ...redisConfig(url), queueUrl: url }),
          ScalingModule.forRoot({ app: 'gateway', instanceId: 'a', version: '1', heartbeatMs: 1_000 }),
        ],
      },
      { logger: new NestLogger(logger), abortOnError: false },
    );
    const status = app.get(SystemStatusReader);
    expect(await status.read()).toMatchObject({ registry: 'unavailable' });
    expect([...app.get(HealthRegistry).views().keys()]).toEqual(
      expect.arrayContaining(['redis.keys', 'redis.pub-sub', 'redis.connections', 'redis-queue.keys']),
    );

    const redis = await startRedis({ port });
    await eventually(async () => {
      expect(await app.get(InstanceRegistry).list()).toMatchObject([{ instanceId: 'a', state: 'ready' }]);
    });
    const asked = Date.now();
    await app.close();
    expect(app.get(Shutdown).isDraining).toBe(true);
    expect(Date.now() - asked).toBeLessThan(2_000);
    expect(await app.get(InstanceRegistry).list()).toBe('unavailable');
    await redis.dispose();
  });
});
