import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { partsText } from '@holdfast/contracts';
import { eventually, freePort, spawnApp, testRedis, type SpawnedApp } from '@holdfast/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { keys } from '@holdfast/redis';
import { Conversation } from './conversation.js';

// Real processes boot in seconds where tests share few cores.
jest.setTimeout(120_000);

let conversation: Conversation;
let apps: SpawnedApp[] = [];
const redis = testRedis();

beforeAll(async () => {
  conversation = await Conversation.open();
});

afterAll(async () => {
  await stopAll();
  await conversation.close();
});

async function stopAll(): Promise<void> {
  for (const app of apps) app.signal('SIGCONT');
  await Promise.all(apps.map((app) => app.stop()));
  apps = [];
}

async function worker(env: Record<string, string> = {}): Promise<SpawnedApp> {
  const app = await spawnApp({
    app: 'agent-worker',
    readyTimeoutMs: 60_000,
    env: { DATABASE_URL: conversation.url, REDIS_URL: redis.url, REDIS_PREFIX: redis.prefix, ...env },
  });
  apps.push(app);
  await app.ready;
  return app;
}

/** Two workers of the same kind, by their identity. */
async function pair(env: Record<string, string>): Promise<Map<string, SpawnedApp>> {
  await stopAll();
  const ids = [`a-${randomUUID()}`, `b-${randomUUID()}`];
  const started = await Promise.all(ids.map((INSTANCE_ID) => worker({ ...env, INSTANCE_ID })));
  return new Map(started.map((app, i) => [ids[i] ?? '', app]));
}

/** A run that streams, and who executes it. */
async function streamingIn(workers: Map<string, SpawnedApp>, threadId: string, question: string) {
  const runId = await conversation.ask(threadId, question);
  await streaming(runId);
  const owner = workers.get((await rowOf(runId)).owner ?? '');
  if (owner === undefined) throw new Error('nobody executes the run');
  return { runId, owner };
}

function ended(threadId: string, runId: string) {
  return eventually(
    async () => {
      const ending = await conversation.ending(threadId, runId);
      if (ending === undefined) throw new Error(`the run has not ended\n${apps.map((app) => app.output()).join('\n')}`);
      return ending;
    },
    { timeoutMs: 20_000, intervalMs: 50 },
  );
}

/** State of a run's row. */
async function rowOf(runId: string): Promise<{ attempt: number; length: number; owner: string | null }> {
  const [row] = await conversation.db.query<{ attempt: number; length: number; owner: string | null }>(
    { name: 'test_run', text: 'select attempt, length, lease_owner as owner from chat.run where id = $1' },
    [runId],
  );
  if (row === undefined) throw new Error('no such run');
  return row;
}

/** From the commit of its question to the first claim of a run, by Postgres' clock. */
async function startedAfterMs(runId: string): Promise<number | null> {
  const [row] = await conversation.db.query<{ ms: number | null }>(
    {
      name: 'test_started_after',
      text: 'select extract(epoch from started_at - created_at)::float8 * 1000 as ms from chat.run where id = $1',
    },
    [runId],
  );
  return row?.ms ?? null;
}

async function streaming(runId: string): Promise<void> {
  await eventually(async () => (await rowOf(runId)).length > 100, { timeoutMs: 10_000 });
}

describe('the worker process', () => {
  it('answers a doorbell, publishes what it commits, and tells the live status', async () => {
    // So rare a look for runs that only the doorbell can have been heard.
    const app = await worker({ RECONCILE_MS: '60000', RUN_LEASE_MS: '60000', GUIDE_TOKENS_PER_S: '400' });
    const listener = new Redis(redis.url);
    const queueClient = new Redis(redis.url, { maxRetriesPerRequest: null });
    const queue = new Queue('runs', { connection: queueClient, prefix: keys(redis.prefix).queuePrefix });
    try {
      const told: string[] = [];
      listener.on('pmessageBuffer', (_pattern: Buffer, _channel: Buffer, message: Buffer) => {
        for (const [name] of message.toString('latin1').matchAll(/run\.(?:attempt|chunk|ended)|events\.appended/g)) {
          told.push(name);
        }
      });
      await listener.psubscribe(`${redis.prefix}:io*`);
      const threadId = await conversation.thread();
      const runId = await conversation.ask(threadId, 'What is running right now?');
      // Foreign jobs are dropped, and in nobody's way.
      await queue.add('run.execute', { runId: 'of another system' });
      await queue.add('order.ship', {});
      await queue.add('run.execute', { runId }, { removeOnComplete: true });
      const ending = await ended(threadId, runId);
      expect(partsText(ending.parts)).toContain('**1 worker**');
      expect(ending.parts.map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'text']);
      await eventually(() => told.includes('run.ended'));
      expect(told.slice(0, 2)).toEqual(['events.appended', 'run.attempt']);
      expect(told.filter((name) => name === 'run.chunk').length).toBeGreaterThan(1);
      expect(await queue.getJobCounts()).toMatchObject({ active: 0, waiting: 0, failed: 0, completed: 0 });
      const exposed = await (await fetch(`${app.url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
      expect(exposed).toMatch(/^holdfast_ignored_packets_total\{.*source="doorbell".*\} 2$/m);
    } finally {
      await queue.close();
      listener.disconnect();
      queueClient.disconnect();
    }
  });

  it('works with Redis away from the start: runs are found in Postgres, and cancelled through it', async () => {
    await stopAll();
    const alone = await worker({ REDIS_URL: `redis://127.0.0.1:${String(await freePort())}` });
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, 'write a long answer');
    await streaming(runId);
    await conversation.cancel(runId);
    expect((await ended(threadId, runId)).outcome).toBe('cancelled');
    alone.signal('SIGTERM');
    expect((await alone.exit).code).toBe(0);
  });

  it('starts runs whose doorbell was lost within 3 s; searches its own thread only', async () => {
    await worker({ GUIDE_TOKENS_PER_S: '1000' });
    const other = await conversation.thread();
    // Nobody rings, as after the death of a gateway between its commit and its doorbell.
    const unrung = await conversation.ask(other, 'The kiwi of another thread');
    const threadId = await conversation.thread();
    await ended(threadId, await conversation.ask(threadId, 'My kiwi is green.'));
    const ending = await ended(threadId, await conversation.ask(threadId, 'search for kiwi'));
    expect(partsText(ending.parts)).toMatch(/One message in this thread matches.*My kiwi is green\./s);
    expect(await startedAfterMs(unrung)).toBeLessThan(3_000);
  });

  it('hands a streaming run over at SIGTERM and exits clean', async () => {
    // Nobody looks for runs, so that only the ring of the leaving worker can have been heard.
    const workers = await pair({ RUN_LEASE_MS: '60000', GUIDE_TOKENS_PER_S: '80' });
    const threadId = await conversation.thread();
    const { runId, owner } = await streamingIn(workers, threadId, 'write a long answer');
    owner.signal('SIGTERM');
    if ((await owner.exit).code !== 0) throw new Error(owner.output());
    expect(await ended(threadId, runId)).toMatchObject({ outcome: 'completed', ends: 1 });
    expect((await rowOf(runId)).attempt).toBe(2);
  });

  it('fences a worker that was frozen, and continues after kill -9, byte for byte', async () => {
    const workers = await pair({ RUN_LEASE_MS: '600', RECONCILE_MS: '100', GUIDE_TOKENS_PER_S: '150' });
    const threadId = await conversation.thread();
    const { runId, owner: frozen } = await streamingIn(workers, threadId, 'write a long answer');
    frozen.signal('SIGSTOP');
    await eventually(async () => (await rowOf(runId)).attempt === 2, { timeoutMs: 10_000 });
    frozen.signal('SIGCONT');
    const thawed = await ended(threadId, runId);
    const other = await conversation.thread();
    const { runId: killedRun, owner: killed } = await streamingIn(workers, other, 'write a long answer');
    killed.signal('SIGKILL');
    const taken = await ended(other, killedRun);
    expect((await rowOf(killedRun)).attempt).toBe(2);
    for (const ending of [thawed, taken]) {
      expect(ending).toMatchObject({ outcome: 'completed', ends: 1, length: partsText(ending.parts).length });
    }
    expect(taken.parts).toEqual(thawed.parts);
  });
});
