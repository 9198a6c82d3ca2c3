import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { keys } from '@holdfast/redis';
import { eventually, spawnApp, testRedis, type SpawnedApp } from '@holdfast/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Conversation } from './conversation.js';

jest.setTimeout(120_000);

/** A key of another kind costs a look a second. */
const LOOK_MS = 1_000;
const SLOW = { timeoutMs: 30_000, intervalMs: 50 };

const redis = testRedis();
const { queuePrefix } = keys(redis.prefix);
const key = (name: string): string => `${queuePrefix}:runs:${name}`;

/** What somebody else may leave where jobs are kept. */
const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { name: 'run.execute', data: '{"runId":' },
  { name: 'run.execute', data: 'null' },
  { name: 'run.execute', data: '{"runId":7}' },
  { name: 'run.execute', data: '\u0000\ufffd' },
  { data: '[]' },
  { name: 'run.execute', data: '{}', opts: 'x' },
  { name: 'run.execute', data: '{}', opts: 'null' },
  { name: 'run.execute', data: '{}', progress: '{' },
  { name: 'run.execute', data: '{}', parent: '{' },
  { name: 'run.execute', data: '{}', parent: '{"id":"1","queueKey":"x"}', parentKey: 'x:1' },
  { name: 'run.execute', data: '{}', rjk: 'every-second', opts: '{"repeat":{"every":1000}}' },
  { name: 'run.execute', data: '{}', stalledCounter: 'x', delay: 'x', priority: 'x', timestamp: 'x', ats: '1' },
];

let conversation: Conversation;
let direct: Redis;
let queue: Queue;
let worker: SpawnedApp;

beforeAll(async () => {
  conversation = await Conversation.open();
  direct = new Redis(redis.url, { maxRetriesPerRequest: null });
  queue = new Queue('runs', { connection: direct, prefix: queuePrefix });
  await direct.set(key('wait'), 'a string where the list should be');
  worker = await spawnApp({
    app: 'agent-worker',
    readyTimeoutMs: 60_000,
    // So rare a look for runs that only the doorbell can have been heard.
    env: {
      DATABASE_URL: conversation.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      RECONCILE_MS: '60000',
      RUN_LEASE_MS: '60000',
    },
  });
  await worker.ready;
});

afterAll(async () => {
  await worker.stop();
  await queue.close();
  direct.disconnect();
  await conversation.close();
});

/** What the worker says that it ignored. */
async function ignored(): Promise<number> {
  const exposed = await (await fetch(`${worker.url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  const found = /^holdfast_ignored_packets_total\{.*source="doorbell".*\} (\d+)$/m.exec(exposed);
  return Number(found?.[1] ?? 0);
}

/** Writes into the queue's keys as somebody who knows nothing of BullMQ. */
async function leave(id: string, write: (key: string) => Promise<unknown>): Promise<void> {
  await write(key(id));
  await direct.lpush(key('wait'), id);
  await direct.zadd(key('marker'), 0, '0');
}

async function answersDoorbells(): Promise<void> {
  const threadId = await conversation.thread();
  const runId = await conversation.ask(threadId, 'What is running right now?');
  await queue.add('run.execute', { runId }, { removeOnComplete: true });
  const ending = await eventually(async () => {
    const found = await conversation.ending(threadId, runId);
    if (found === undefined) throw new Error(`the run has not ended\n${worker.output()}`);
    return found;
  }, SLOW);
  expect(ending).toMatchObject({ outcome: 'completed', ends: 1 });
}

it('a list of another kind is counted, looked at once a second, and answered again once it is gone', async () => {
  const first = await eventually(async () => {
    const at = performance.now();
    const count = await ignored();
    expect(count).toBeGreaterThan(0);
    return { count, at };
  }, SLOW);
  await eventually(async () => expect(await ignored()).toBeGreaterThan(first.count + 1), SLOW);
  const { at, count } = first;
  expect((await ignored()) - count).toBeLessThanOrEqual(Math.ceil((performance.now() - at) / LOOK_MS));
  await direct.del(key('wait'));
  await answersDoorbells();
});

it('jobs that cannot be read are counted and dropped, once each, and nobody waits for them', async () => {
  await direct.del(key('wait'));
  const before = await ignored();
  for (const [index, fields] of FOREIGN.entries()) {
    await leave(`foreign-${String(index)}`, (job) => direct.hset(job, fields));
  }
  await leave('nothing', () => Promise.resolve());
  await leave('text', (job) => direct.set(job, 'a string where the hash should be'));
  await answersDoorbells();
  const expected = before + FOREIGN.length + 2;
  await eventually(async () => expect(await ignored()).toBe(expected), SLOW);
  // The last one stays where it was taken from until its lock is over.
  await eventually(async () => {
    expect(await queue.getJobCounts()).toMatchObject({ active: 0, waiting: 0, delayed: 0, failed: 0, completed: 0 });
  }, SLOW);
  expect(await direct.keys(`${key('foreign-')}*`)).toEqual([]);
  expect(await direct.keys(`${key('nothing')}*`)).toEqual([]);
  expect(await ignored()).toBe(expected);

  await answersDoorbells();
  expect(worker.output()).not.toMatch(/unhandled|uncaught/i);
  worker.signal('SIGTERM');
  expect((await worker.exit).code).toBe(0);
});
