import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { partsLength, partsText } from '@holdfast/contracts';
import { keys } from '@holdfast/redis';
import { eventually, FaultProxy, spawnApp, startRedis, type RunningServer, type SpawnedApp } from '@holdfast/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { Conversation } from './conversation.js';

jest.setTimeout(180_000);

const PREFIX = 'flapping';
const FLAPS = 8;
const SLOW = { timeoutMs: 30_000, intervalMs: 50 };
/** Everything is on its fast path again this long after the last cut, by itself. */
const FAST_AGAIN = { timeoutMs: 5_000, intervalMs: 20 };

let conversation: Conversation;
let server: RunningServer;
let link: FaultProxy;
let worker: SpawnedApp;
let direct: Redis;
let queueClient: Redis;
let queue: Queue;

beforeAll(async () => {
  [conversation, server] = await Promise.all([Conversation.open(), startRedis()]);
  link = await FaultProxy.start({ target: server.port });
  direct = new Redis(server.url);
  queueClient = new Redis(server.url, { maxRetriesPerRequest: null });
  queue = new Queue('runs', { connection: queueClient, prefix: keys(PREFIX).queuePrefix });
  worker = await spawnApp({
    app: 'agent-worker',
    readyTimeoutMs: 60_000,
    env: {
      DATABASE_URL: conversation.url,
      REDIS_URL: `redis://127.0.0.1:${String(link.port)}`,
      REDIS_PREFIX: PREFIX,
      GUIDE_TOKENS_PER_S: '200',
    },
  });
  await worker.ready;
});

afterAll(async () => {
  await worker.stop();
  await queue.close();
  queueClient.disconnect();
  direct.disconnect();
  await link.close();
  await server.dispose();
  await conversation.close();
});

/** The worker's connections as Redis sees them, without this test's own: how many, and what they are subscribed to. */
async function connections() {
  const own = new Set(await Promise.all([direct, queueClient].map((client) => client.client('ID'))));
  const lines = String(await direct.client('LIST'))
    .trim()
    .split('\n');
  const all = lines.map((line) => new Map(line.split(' ').map((field) => field.split('=', 2) as [string, string])));
  const theirs = all.filter((client) => !own.has(Number(client.get('id'))));
  const sum = (field: string) => theirs.reduce((total, client) => total + Number(client.get(field)), 0);
  return { count: theirs.length, channels: sum('sub'), patterns: sum('psub') };
}

async function rowOf(runId: string): Promise<{ attempt: number; length: number }> {
  const [row] = await conversation.db.query<{ attempt: number; length: number }>(
    { name: 'flapping_run', text: 'select attempt, length from chat.run where id = $1' },
    [runId],
  );
  if (row === undefined) throw new Error('no such run');
  return row;
}

/** Asks in a thread of its own, as a gateway would: the doorbell goes straight to Redis. */
async function ask(question: string): Promise<{ threadId: string; runId: string; doorbell: string }> {
  const threadId = await conversation.thread();
  const runId = await conversation.ask(threadId, question);
  const { id: doorbell = '' } = await queue.add('run.execute', { runId }, { removeOnComplete: true });
  return { threadId, runId, doorbell };
}

/** Cuts every connection, and lets the worker come back; the next cut may hit it in the middle of that. */
async function flap(): Promise<void> {
  const { refused, connections: before } = link.counters();
  link.add('cut', { type: 'reset_peer' });
  await eventually(() => link.counters().refused > refused, SLOW);
  link.remove('cut');
  await eventually(() => link.counters().connections > before, SLOW);
}

it('a link to Redis that flaps costs no run, no cancel, no connection, and ends by itself', async () => {
  // A worker that has served a run has subscribed to all that it listens to, which its start does not wait for.
  const first = await ask('What is running right now?');
  await eventually(async () => {
    expect(await conversation.ending(first.threadId, first.runId)).toBeDefined();
  }, SLOW);
  const before = await eventually(async () => {
    const now = await connections();
    expect(now.channels).toBeGreaterThan(0);
    expect(now.count).toBeGreaterThan(3);
    return now;
  }, SLOW);

  const asked: { threadId: string; runId: string }[] = [];
  const toCancel = await ask('write a long answer');
  await eventually(async () => (await rowOf(toCancel.runId)).length > 50, SLOW);
  for (let i = 0; i < FLAPS; i++) {
    asked.push(await ask(i % 2 === 0 ? 'What is running right now?' : 'write a long answer'));
    if (i === FLAPS / 2) await conversation.cancel(toCancel.runId);
    await flap();
  }

  // The doorbell of this run is answered within the time only if BullMQ's worker is back.
  const late = await ask('What is running right now?');
  await eventually(async () => (await queue.getJob(late.doorbell)) === undefined, FAST_AGAIN);

  const ends = await eventually(async () => {
    const endings = await Promise.all(
      [toCancel, ...asked, late].map(({ threadId, runId }) => conversation.ending(threadId, runId)),
    );
    const ended = endings.flatMap((ending) => ending ?? []);
    if (ended.length < endings.length) throw new Error(`${String(ended.length)} runs have ended\n${worker.output()}`);
    return ended;
  }, SLOW);
  const [cancelled, ...completed] = ends;
  expect(cancelled).toMatchObject({ outcome: 'cancelled', ends: 1 });
  for (const ending of completed) {
    expect(ending).toMatchObject({ outcome: 'completed', ends: 1, length: partsLength(ending.parts) });
    expect(partsText(ending.parts)).not.toBe('');
  }
  // One worker, which never lost its lease.
  const rows = await Promise.all([toCancel, ...asked, late].map(({ runId }) => rowOf(runId)));
  expect(rows.map(({ attempt }) => attempt)).toEqual(rows.map(() => 1));

  // Whoever is told of a run is told as it streams, over Redis again.
  const heard: string[] = [];
  const listener = direct.duplicate();
  try {
    listener.on('pmessageBuffer', (_pattern: Buffer, _channel: Buffer, message: Buffer) => {
      for (const [name] of message.toString('latin1').matchAll(/run\.(?:chunk|ended)/g)) heard.push(name);
    });
    await listener.psubscribe(`${PREFIX}:io*`);
    await ask('What is running right now?');
    await eventually(() => heard.includes('run.chunk') && heard.includes('run.ended'), SLOW);
  } finally {
    listener.disconnect();
  }

  await eventually(async () => {
    expect(await connections()).toEqual(before);
    // A doorbell that was lost on its way to the worker rings once more; its run has ended by then.
    expect(await queue.getJobCounts()).toMatchObject({ active: 0, waiting: 0, failed: 0 });
  }, SLOW);
  expect(link.open).toBe(before.count);
  expect(worker.output()).not.toMatch(/unhandled|uncaught|MaxListenersExceeded/i);
  worker.signal('SIGTERM');
  expect((await worker.exit).code).toBe(0);
});
