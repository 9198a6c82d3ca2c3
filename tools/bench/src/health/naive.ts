import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { Redis } from 'ioredis';
import pg from 'pg';

const POOL_MAX = 10;

/** What most services have: each probe asks Postgres and Redis. Takes their URLs as arguments; tells its own by IPC. */
export async function runNaive(): Promise<boolean> {
  const [, databaseUrl = '', redisUrl = ''] = process.argv.slice(2);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL_MAX });
  const redis = new Redis(redisUrl);
  let queries = 0;

  @Controller('health')
  class NaiveController {
    constructor(
      private readonly health: HealthCheckService,
      private readonly indicators: HealthIndicatorService,
    ) {}

    @Get('ready')
    @HealthCheck()
    ready() {
      return this.health.check([
        async () => {
          queries += 1;
          await pool.query('select 1');
          return this.indicators.check('postgres').up();
        },
        async () => {
          await redis.ping();
          return this.indicators.check('redis').up();
        },
      ]);
    }

    /** What the bench reads; no probe. */
    @Get('queries')
    count() {
      return { queries };
    }
  }

  @Module({ imports: [TerminusModule], controllers: [NaiveController] })
  class NaiveModule {}

  const app = await NestFactory.create<NestFastifyApplication>(NaiveModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send?.({ url: await app.getUrl() });
  await new Promise((resolve) => process.once('disconnect', resolve));
  await app.close();
  await pool.end();
  redis.disconnect();
  return true;
}
