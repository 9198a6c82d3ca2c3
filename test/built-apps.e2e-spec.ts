import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runMigrations } from '@holdfast/database';
import { spawnApp, startPostgres, startRedis, type RunningServer } from '@holdfast/testing';

jest.setTimeout(120_000);

/** Code that compiles and passes its tests from the sources can still fail as built modules. */
describe('the built apps', () => {
  let postgres: RunningServer;
  let redis: RunningServer;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await runMigrations(postgres.url);
  });

  afterAll(async () => {
    await Promise.all([postgres.dispose(), redis.dispose()]);
  });

  it.each(['gateway', 'agent-worker', 'slo-service'] as const)(
    '%s becomes ready with everything up, and ends on SIGTERM with 0',
    async (app) => {
      const running = await spawnApp({
        app,
        from: 'built',
        env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
        readyTimeoutMs: 60_000,
      });
      try {
        await running.ready;
        running.signal('SIGTERM');
        expect({ exit: await running.exit, output: running.output() }).toMatchObject({
          exit: { code: 0, signal: null },
        });
      } finally {
        await running.stop();
      }
    },
  );
});
