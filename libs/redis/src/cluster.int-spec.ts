import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@holdfast/observability';
import { eventually, freeClusterPort, startRedis } from '@holdfast/testing';
import { Worker } from 'bullmq';
import { redisConfig } from '../test/redis-config.js';
import {
  DoorbellQueue,
  doorbellWorkerOptions,
  GuardedPublisher,
  legibleJobs,
  RedisConnections,
  Subscriber,
} from './index.js';

const RUN = '00000000-0000-4000-8000-000000000001';
const WAIT = { timeoutMs: 15_000 };

// Processes start and stop here; the deadlines that matter are asserted one by one.
jest.setTimeout(30_000);

const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });

// One node that owns every slot still refuses commands across slots, as a larger cluster does.
describe('a Redis Cluster', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let connections: RedisConnections;

  beforeAll(async () => {
    const port = await freeClusterPort();
    redis = await startRedis({ port, settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } });
    const admin = new RedisConnections(redisConfig(redis.url), logger);
    await eventually(() => admin.state === 'up');
    await admin.command.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await admin.close();
    const nodes = [{ host: '127.0.0.1', port }];
    connections = new RedisConnections({ ...redisConfig(redis.url), mode: 'cluster', nodes }, logger);
    await eventually(() => connections.state === 'up', WAIT);
  }, 30_000);

  afterAll(async () => {
    await connections.close();
    await redis.dispose();
  });

  it('carries hints', async () => {
    const subscriber = new Subscriber(connections.create('subscribe'));
    const heard: string[] = [];
    subscriber.on('message', (_channel: string, text: string) => heard.push(text));
    void subscriber.subscribe('one');
    const publisher = new GuardedPublisher(connections.publish, 'test');
    await eventually(async () => {
      expect(await publisher.publish('one', 'a')).toBe(true);
      await eventually(() => heard.includes('a'), { timeoutMs: 100 });
    });
  });

  it('carries doorbells, and hands out without a name what somebody else left among them', async () => {
    const doorbell = new DoorbellQueue(connections, logger);
    const heard: unknown[] = [];
    const worker = new Worker(
      'runs',
      (job) => Promise.resolve(heard.push(job.name, job.data)),
      doorbellWorkerOptions(connections, 1),
      legibleJobs,
    );
    worker.on('error', () => undefined);
    await eventually(() => doorbell.ring('run.execute', { runId: RUN }));
    await eventually(() => expect(heard).toEqual(['run.execute', { runId: RUN }]));
    const queue = `${connections.keys.queuePrefix}:runs`;
    await connections.command.hset(`${queue}:broken`, { name: 'run.execute', data: '{' });
    await connections.command.lpush(`${queue}:wait`, 'broken');
    await doorbell.ring('run.execute', { runId: RUN }, 1);
    await eventually(() => expect(heard.slice(2)).toEqual(['', {}, 'run.execute', { runId: RUN }]));
    await eventually(async () => expect(await connections.command.exists(`${queue}:broken`)).toBe(0));
    await worker.close(true);
  });
});
