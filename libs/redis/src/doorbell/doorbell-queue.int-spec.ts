import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { eventually, freePort, startRedis } from '@holdfast/testing';
import { Worker } from 'bullmq';
import { redisConfig } from '../../test/redis-config.js';
import { DoorbellQueue, doorbellWorkerOptions, RedisConnections } from '../index.js';

const RUN = '00000000-0000-4000-8000-000000000001';

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

// Jest fails a test that leaves an unhandled rejection: none of these may.
describe('DoorbellQueue', () => {
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  let connections: RedisConnections;
  let doorbell: DoorbellQueue;
  let worker: Worker;
  let port: number;
  const heard: string[] = [];

  beforeEach(async () => {
    heard.length = 0;
    port = await freePort();
    connections = new RedisConnections(redisConfig(`redis://127.0.0.1:${port}`), logger);
    doorbell = new DoorbellQueue(connections, logger);
    worker = new Worker(
      'runs',
      (job) => {
        heard.push(String(job.id));
        return Promise.resolve();
      },
      doorbellWorkerOptions(connections, 4),
    );
    worker.on('error', () => undefined);
  });

  afterEach(async () => {
    await worker.close(true);
    await connections.close();
    await redis?.dispose();
    redis = undefined;
  });

  it('fails at once without Redis, rings once it is there, and again within 5 s of a kill', async () => {
    const asked = Date.now();
    expect(await doorbell.ring('run.execute', { runId: RUN })).toBe(false);
    expect(Date.now() - asked).toBeLessThan(100);
    redis = await startRedis({ port });
    await eventually(() => doorbell.ring('run.execute', { runId: RUN }));
    await eventually(() => expect(heard).toEqual([`run-${RUN}-0`]));

    redis.signal('SIGKILL');
    await redis.exited;
    expect(await doorbell.ring('run.execute', { runId: RUN }, 1)).toBe(false);
    await redis.restart();
    await eventually(() => doorbell.ring('run.execute', { runId: RUN }, 2));
    await eventually(() => heard.includes(`run-${RUN}-2`));
  });

  it('does not wait for a Redis that hangs', async () => {
    redis = await startRedis({ port });
    await eventually(() => doorbell.ring('run.execute', { runId: RUN }));
    redis.signal('SIGSTOP');
    const asked = Date.now();
    expect(await doorbell.ring('run.execute', { runId: RUN }, 1)).toBe(false);
    expect(Date.now() - asked).toBeLessThan(1_500);
    redis.signal('SIGCONT');
    await eventually(() => doorbell.ring('run.execute', { runId: RUN }, 2));
    await eventually(() => heard.includes(`run-${RUN}-2`));
  });

  it('leaves nothing behind in Redis but the queue itself', async () => {
    redis = await startRedis({ port });
    await eventually(() => doorbell.ring('run.execute', { runId: RUN }));
    await eventually(() => heard.length === 1);
    await eventually(async () => {
      const keys = await connections.command.keys('*');
      expect(keys.filter((key) => key.includes(RUN))).toEqual([]);
      expect(keys.every((key) => key.startsWith('{test}:runs:'))).toBe(true);
    });
  });
});
