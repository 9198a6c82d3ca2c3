import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ShutdownHistory } from '@holdfast/database';
import { createLogger } from '@holdfast/observability';
import { eventually, FaultProxy, spawnApp, testRedis, type SpawnedApp } from '@holdfast/testing';
import { CompletionsServer, say, STOP } from './completions-server.js';
import { Conversation } from './conversation.js';

jest.setTimeout(60_000);

/** The shutdown may take this long, ms; the watchdog's margin and the way to the test come on top. */
const BUDGET_MS = 6_000;
const MARGIN_MS = 1_500;

interface TestWorker {
  readonly app: SpawnedApp;
  readonly postgres: FaultProxy;
  readonly redis: FaultProxy;
}

describe('a worker that is asked to leave', () => {
  let conversation: Conversation;
  let workers: Map<string, TestWorker>;
  const redis = testRedis();

  beforeAll(async () => {
    conversation = await Conversation.open();
  });

  afterEach(async () => {
    await Promise.all([...workers.values()].map(({ app }) => app.stop()));
    await Promise.all([...workers.values()].flatMap((worker) => [worker.postgres.close(), worker.redis.close()]));
  });

  afterAll(() => conversation.close());

  async function start(instanceId: string): Promise<[string, TestWorker]> {
    const [databaseUrl, redisUrl] = [new URL(conversation.url), new URL(redis.url)];
    const links = [databaseUrl, redisUrl].map(({ port }) => FaultProxy.start({ target: Number(port) }));
    const [toPostgres, toRedis] = await Promise.all(links);
    if (toPostgres === undefined || toRedis === undefined) throw new Error('no links');
    databaseUrl.port = String(toPostgres.port);
    redisUrl.port = String(toRedis.port);
    const app = await spawnApp({
      app: 'agent-worker',
      readyTimeoutMs: 45_000,
      env: {
        DATABASE_URL: databaseUrl.href,
        REDIS_URL: redisUrl.href,
        REDIS_PREFIX: redis.prefix,
        INSTANCE_ID: instanceId,
        // So long that whoever goes on did not wait for the end of a lease.
        RUN_LEASE_MS: '60000',
        GUIDE_TOKENS_PER_S: '80',
        SHUTDOWN_TIMEOUT_MS: String(BUDGET_MS),
      },
    });
    await app.ready;
    return [instanceId, { app, postgres: toPostgres, redis: toRedis }];
  }

  async function pair(): Promise<void> {
    workers = new Map(await Promise.all(['a', 'b'].map((name) => start(`${name}-${randomUUID()}`))));
  }

  async function rowOf(runId: string) {
    const [row] = await conversation.db.query<{ attempt: number; length: number; owner: string | null }>(
      { name: 'test_run', text: 'select attempt, length, lease_owner as owner from chat.run where id = $1' },
      [runId],
    );
    if (row === undefined) throw new Error('no such run');
    return row;
  }

  /** A run that has shown something, and the worker that executes it. */
  async function streaming(threadId: string, question: string): Promise<{ runId: string; owner: TestWorker }> {
    const runId = await conversation.ask(threadId, question);
    await eventually(async () => (await rowOf(runId)).length > 0, { timeoutMs: 10_000 });
    const owner = workers.get((await rowOf(runId)).owner ?? '');
    if (owner === undefined) throw new Error('nobody executes the run');
    return { runId, owner };
  }

  async function leave({ app }: TestWorker) {
    const at = performance.now();
    app.signal('SIGTERM');
    const { code } = await app.exit;
    const [last] = app
      .output()
      .split('\n')
      .filter((line) => line.includes('"exitCode"'));
    return { code, ms: performance.now() - at, report: JSON.parse(last ?? '{}') as Record<string, unknown> };
  }

  async function ended(threadId: string, runId: string) {
    return eventually(
      async () => {
        const ending = await conversation.ending(threadId, runId);
        if (ending === undefined) throw new Error('the run has not ended');
        return ending;
      },
      { timeoutMs: 20_000, intervalMs: 50 },
    );
  }

  it('gives a run that hangs to another one, which goes on at once, and keeps its report', async () => {
    await pair();
    const server = new CompletionsServer([
      { steps: [...say('It begins '), { waitMs: 600_000 }] },
      { steps: [...say('and it ends.'), STOP] },
    ]);
    try {
      const config = { baseUrl: await server.listen(), model: 'test-model' };
      const threadId = await conversation.thread({ provider: 'openai', config });
      const { runId, owner } = await streaming(threadId, 'Are you there?');
      const { code, ms, report } = await leave(owner);
      expect({ code, abandoned: report['abandoned'] }).toEqual({ code: 0, abandoned: [] });
      expect(ms).toBeLessThan(BUDGET_MS + MARGIN_MS);
      expect(await ended(threadId, runId)).toMatchObject({ outcome: 'completed', ends: 1 });
      expect((await rowOf(runId)).attempt).toBe(2);
      expect(server.requests).toHaveLength(2);
    } finally {
      await server.close();
    }
    const logger = createLogger({ app: 'test', instanceId: 'test', level: 'silent', pretty: false });
    const history = new ShutdownHistory(conversation.db, { app: 'test', instanceId: 'test' }, logger);
    const [kept] = await history.list({ app: 'agent-worker', limit: 1 });
    const runs = kept?.phases.flatMap(({ steps }) => steps).find(({ name }) => name === 'runs');
    expect(runs).toMatchObject({ outcome: 'done', left: 0, facts: { ended: 0, released: 1, stuck: 0 } });
  });

  it('leaves in time and clean without Redis; its run goes on elsewhere, though nobody rang for it', async () => {
    await pair();
    const threadId = await conversation.thread();
    const { runId, owner } = await streaming(threadId, 'write a long answer');
    owner.redis.add('cut', { type: 'half_open' });
    const { code, ms, report } = await leave(owner);
    expect({ code, abandoned: report['abandoned'] }).toEqual({ code: 0, abandoned: [] });
    expect(ms).toBeLessThan(BUDGET_MS + MARGIN_MS);
    const { length } = await rowOf(runId);
    await eventually(
      async () => {
        const now = await rowOf(runId);
        expect(now.attempt).toBe(2);
        expect(now.length).toBeGreaterThan(length);
      },
      { timeoutMs: 5_000 },
    );
  });

  it('leaves in time without Postgres, and says which run it had to abandon', async () => {
    await pair();
    const threadId = await conversation.thread();
    const { owner } = await streaming(threadId, 'write a long answer');
    owner.postgres.add('cut', { type: 'half_open' });
    const { code, ms, report } = await leave(owner);
    expect(code).toBe(1);
    expect(report['exitCode']).toBe(1);
    const abandoned = report['abandoned'] as { readonly step: string; readonly left?: number }[];
    // At least: it may have taken up what an earlier test left.
    expect(abandoned.find(({ step }) => step === 'runs')?.left).toBeGreaterThanOrEqual(1);
    expect(ms).toBeLessThan(BUDGET_MS + MARGIN_MS);
    expect(owner.app.output()).toContain('the shutdown report is only in the log');
  });
});
