import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { partsLength } from '@holdfast/contracts';
import { GUIDE_AGENT_ID } from '@holdfast/database';
import {
  eventually,
  spawnApp,
  startRedis,
  testDatabase,
  type AppName,
  type RunningServer,
  type SpawnedApp,
} from '@holdfast/testing';
import { ChatClient } from './support/chat-client.js';

jest.setTimeout(180_000);

const SLOW = { timeoutMs: 30_000, intervalMs: 20 };
/** Longest time until everything is on its fast path again, by itself, from the moment that Redis is back. */
const FAST_AGAIN_MS = 5_000;
/** Redis is away for longer than BullMQ waits for one answer: then it begins anew, and not only its connection. */
const AWAY_MS = 12_000;

let redis: RunningServer;
let gateway: SpawnedApp;
let worker: SpawnedApp;
let client: ChatClient;
const cleanups: (() => unknown)[] = [];

async function spawn(app: AppName, env: Readonly<Record<string, string>>): Promise<SpawnedApp> {
  const spawned = await spawnApp({ app, readyTimeoutMs: 90_000, env });
  cleanups.push(() => spawned.stop());
  return spawned;
}

beforeAll(async () => {
  const database = await testDatabase();
  cleanups.push(() => database.drop());
  redis = await startRedis();
  cleanups.push(() => redis.dispose());
  // Intervals of looks and polls are those of production.
  const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, GUIDE_TOKENS_PER_S: '1000' };
  [gateway, worker] = await Promise.all([spawn('gateway', env), spawn('agent-worker', env)]);
  await Promise.all([gateway.ready, worker.ready]);
  client = await ChatClient.connect(gateway.url);
  cleanups.push(() => {
    client.close();
  });
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** Runs that the worker has claimed so far, by what told it of them. */
async function claims(): Promise<{ doorbell: number; search: number }> {
  const text = await (await fetch(`${worker.url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  const by = (value: string) =>
    Number(new RegExp(`^holdfast_runs_claimed_total\\{.*by="${value}".*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { doorbell: by('doorbell'), search: by('search') };
}

/**
 * Asks in a thread of its own and waits for the end of the answer.
 * @returns who told the worker of the run, and whether all of its text came as pieces over Redis, none from a poll.
 */
async function ask(): Promise<{ by: 'doorbell' | 'search'; overRedis: boolean; outcome: string }> {
  const before = await claims();
  const threadId = await client.createThread([], GUIDE_AGENT_ID);
  await client.open(threadId);
  const [sent] = await client.send(threadId, 'What is running right now?');
  const runId = sent?.ok === true ? sent.runId : undefined;
  if (runId === undefined) throw new Error(JSON.stringify(sent));
  const end = await eventually(() => {
    const found = client.events(threadId).find((event) => event.type === 'run.ended' && event.data.runId === runId);
    if (found?.type !== 'run.ended') throw new Error(`the run has not ended\n${worker.output()}`);
    return found.data;
  }, SLOW);
  const heard = client.all('run.chunk').filter((chunk) => chunk.runId === runId);
  const length = heard.reduce((total, { parts }) => total + partsLength(parts), 0);
  const after = await claims();
  expect(after.doorbell + after.search).toBe(before.doorbell + before.search + 1);
  return {
    by: after.doorbell > before.doorbell ? 'doorbell' : 'search',
    overRedis: length > 0 && length === end.length,
    outcome: end.outcome,
  };
}

/** A look of the worker, or a poll of the gateway, may be there before what it is told; then it is asked again. */
async function untilFast(timeoutMs: number): Promise<void> {
  await eventually(async () => expect(await ask()).toEqual({ by: 'doorbell', overRedis: true, outcome: 'completed' }), {
    timeoutMs,
    intervalMs: 0,
  });
}

it('Redis killed and restarted empty: runs start and end meanwhile, and are rung for and heard within 5 s again', async () => {
  await untilFast(SLOW.timeoutMs);

  redis.signal('SIGKILL');
  await redis.exited;
  const until = performance.now() + AWAY_MS;
  while (performance.now() < until) {
    expect(await ask()).toEqual({ by: 'search', overRedis: false, outcome: 'completed' });
  }

  await rm(join(redis.folder, 'appendonlydir'), { recursive: true, force: true });
  await redis.restart();
  await untilFast(FAST_AGAIN_MS);

  for (const app of [gateway, worker]) {
    expect(app.output()).not.toMatch(/unhandled|uncaught/i);
    app.signal('SIGTERM');
    expect((await app.exit).code).toBe(0);
  }
});
