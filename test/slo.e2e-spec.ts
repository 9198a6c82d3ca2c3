import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SloDefineResult, SloDocument, SloStatusEntry, SloStatusPage } from '@holdfast/contracts';
import { eventually, spawnApp, testRedis, type AppName, type SpawnedApp } from '@holdfast/testing';
import { CompletionsServer } from '../apps/agent-worker/test/completions-server.js';
import { Conversation } from '../apps/agent-worker/test/conversation.js';
import { AlertWebhook } from './alert-webhook.js';

jest.setTimeout(150_000);

const BOOT_MS = 90_000;

/** Runs that hang. More than enough to be no chance. */
const STALLED = 8;
const ANSWERED = 6;

describe('the SLOs of a system that runs', () => {
  let conversation: Conversation;
  let env: Record<string, string>;
  let apps: SpawnedApp[];
  let gateway: SpawnedApp;
  const webhook = new AlertWebhook();

  function start(app: AppName, more: Record<string, string> = {}): Promise<SpawnedApp> {
    return spawnApp({ app, readyTimeoutMs: BOOT_MS, env: { ...env, ...more } });
  }

  beforeAll(async () => {
    conversation = await Conversation.open();
    const redis = testRedis();
    env = {
      DATABASE_URL: conversation.url,
      REDIS_URL: redis.url,
      REDIS_PREFIX: redis.prefix,
      GUIDE_TOKENS_PER_S: '500',
      HOLDFAST_ENV: 'development',
      ALERT_WEBHOOK_URL: await webhook.listen(),
      ALERT_WEBHOOK_SECRET: 'a secret of this test, long enough',
      ALERT_ALLOW_PRIVATE_TARGETS: 'true',
    };
    apps = await Promise.all([start('gateway'), start('agent-worker'), start('slo-service'), start('slo-service')]);
    const [first] = apps;
    if (first === undefined) throw new Error('no gateway');
    gateway = first;
    await Promise.all(apps.map(({ ready }) => ready));
  }, BOOT_MS + 30_000);

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await webhook.close();
    await conversation.close();
  }, 60_000);

  async function slo(id: string): Promise<SloStatusEntry> {
    const response = await fetch(`${gateway.url}/api/slo/status`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as SloStatusPage;
    const entry = page.slos.find((known) => known.id === id);
    if (entry === undefined) throw new Error(`no status of ${id} yet`);
    return entry;
  }

  async function askAndWait(question: string): Promise<void> {
    const threadId = await conversation.thread();
    const runId = await conversation.ask(threadId, question);
    await eventually(
      async () => {
        expect(await conversation.ending(threadId, runId)).toMatchObject({ outcome: 'completed' });
      },
      { timeoutMs: 20_000 },
    );
  }

  it('count every run exactly once while a replica of the service is killed, and pages when the agent stalls', async () => {
    const server = new CompletionsServer(Array.from({ length: STALLED }, () => ({ steps: [{ waitMs: 600_000 }] })));
    try {
      const config = { baseUrl: await server.listen(), model: 'test-model' };
      const threads = await Promise.all(
        Array.from({ length: STALLED }, () => conversation.thread({ provider: 'openai', config })),
      );
      await Promise.all(threads.map((threadId) => conversation.ask(threadId, 'Are you there?')));
      await askAndWait('first');
      const [, , replica] = apps;
      replica?.signal('SIGKILL');
      for (let count = 1; count < ANSWERED; count += 1) await askAndWait(`question ${String(count)}`);
      apps.push(await start('slo-service'));

      // Judged at the deadline of 2 s: the runs that hang are bad although they go on hanging.
      await eventually(
        async () => {
          const { good, bad } = await slo('chat-response-time');
          expect({ good, bad }).toEqual({ good: ANSWERED, bad: STALLED });
        },
        { timeoutMs: 45_000, intervalMs: 500 },
      );
      await eventually(
        () => {
          expect(webhook.alerts).toContainEqual(
            expect.objectContaining({
              status: 'firing',
              labels: expect.objectContaining({ slo: 'chat-response-time', severity: 'critical' }) as unknown,
            }),
          );
        },
        { timeoutMs: 60_000, intervalMs: 500 },
      );
      expect((await slo('chat-response-time')).alerts).toContainEqual(
        expect.objectContaining({ kind: 'burn', state: 'firing', severity: 'critical' }),
      );
      expect((await slo('database-latency')).good).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });

  it('are defined by OpenSLO documents, exported as such, and refused with the line of the fault', async () => {
    const url = `${gateway.url}/api/slo/definitions`;
    const post = async (yaml: string, query = ''): Promise<SloDefineResult> => {
      const body = JSON.stringify({ yaml });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url + query, { method: 'POST', headers, body });
      expect(response.status).toBe(200);
      return (await response.json()) as SloDefineResult;
    };
    const { yaml } = (await (await fetch(url)).json()) as SloDocument;
    expect(yaml).toContain('chat-response-time');
    expect(await post(yaml)).toMatchObject({ isApplied: true, problems: [] });
    const renamed = yaml.replace('Chat response time', 'First words');
    expect((await post(renamed, '?dryRun=true')).isApplied).toBe(false);
    const applied = await post(renamed);
    expect(applied.definitions).toContainEqual({ id: 'chat-response-time', revision: 2 });
    expect(applied.definitions).toContainEqual({ id: 'error-rate', revision: 1 });
    const broken = await post(yaml.replace('kind: SLO', 'kind: SLOW'));
    expect(broken.isApplied).toBe(false);
    expect(broken.problems[0]).toMatchObject({ line: expect.any(Number) as unknown });
  });

  it('are known, with their age, while no replica of the service runs', async () => {
    await slo('error-rate');
    const [, , ...services] = apps;
    await Promise.all(services.map((service) => service.stop()));
    const response = await fetch(`${gateway.url}/api/slo/status`);
    expect(response.status).toBe(503);
    const { staleForMs, slos } = (await response.json()) as SloStatusPage;
    expect(staleForMs).toBeGreaterThan(0);
    expect(slos.map(({ id }) => id)).toContain('error-rate');
  });
});
