import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '@holdfast/config';
import {
  appendMessages,
  claimRun,
  createThread,
  ensureUser,
  finishRun,
  type ClaimedRun,
  type Principal,
} from '@holdfast/conversation';
import { Database, DEFAULT_TENANT_SLUG, type Statement } from '@holdfast/database';
import { createLogger } from '@holdfast/observability';
import { testDatabase, type TestDatabase } from '@holdfast/testing';
import { DefinitionsService } from '../src/definitions/definitions.service.js';
import { OverdueRuns } from '../src/queue/overdue-runs.service.js';
import { RollupService } from '../src/rollup/rollup.service.js';

const logger = createLogger({ app: 'slo-service', instanceId: 'test', level: 'silent', pretty: false });

const BAD: Statement = {
  name: 'test_bad',
  text: `select coalesce(sum(bad), 0)::int as bad from slo.minute where slo = $1`,
};
const AGE: Statement = {
  name: 'test_age_run',
  text: `update chat.run set created_at = created_at - make_interval(secs => $2) where id = $1`,
};
const AGE_READINESS: Statement = {
  name: 'test_age_readiness',
  text: `update chat.run set ready_at = ready_at - make_interval(secs => $2) where id = $1`,
};

describe('runs that nobody claims', () => {
  let postgres: TestDatabase;
  let databases: Database[];
  let judges: OverdueRuns[];
  let ada: Principal;

  const db = (): Database => {
    const [first] = databases;
    if (first === undefined) throw new Error('no database');
    return first;
  };

  beforeAll(async () => {
    postgres = await testDatabase();
    const config = loadConfig('slo-service', { DATABASE_URL: postgres.url, REDIS_URL: 'redis://127.0.0.1:1' });
    databases = [1, 2].map(() => new Database({ ...config.database, onConnectionLost: () => undefined }));
    judges = databases.map((each) => new OverdueRuns(each, new DefinitionsService(each), { region: 'eu' }, logger));
    const user = await ensureUser(db(), {
      tenant: DEFAULT_TENANT_SLUG,
      subject: randomUUID(),
      name: 'Ada',
      kind: 'human',
    });
    if (user.status !== 'ok') throw new Error(user.status);
    ada = { tenantId: user.tenantId, userId: user.user.id, roles: [] };
  });

  afterAll(async () => {
    await Promise.all(databases.map((each) => each.close()));
    await postgres.drop();
  });

  async function newThread(): Promise<string> {
    const threadId = randomUUID();
    await createThread(db(), ada, { threadId, title: 'A thread', agentMode: 'every', agentId: undefined });
    return threadId;
  }

  /** A run that has waited for so many seconds. */
  async function waiting(seconds: number, thread?: string): Promise<string> {
    const threadId = thread ?? (await newThread());
    const body = { parts: [{ type: 'text' as const, text: 'Anybody?' }] };
    const message = { tenantId: ada.tenantId, threadId, senderId: ada.userId, clientMessageId: randomUUID(), body };
    const [outcome] = await appendMessages(db(), [message]);
    if (outcome?.status !== 'appended' || outcome.runId === undefined) throw new Error('no run');
    await db().query(AGE, [outcome.runId, seconds]);
    return outcome.runId;
  }

  /** All replicas look at once. */
  const look = () => Promise.all(judges.map((judge) => judge.judge()));

  async function bad(slo: string): Promise<number> {
    while ((await new RollupService(db(), logger).run()) > 0);
    return (await db().query<{ bad: number }>(BAD, [slo]))[0]?.bad ?? 0;
  }

  async function claim(runId: string): Promise<ClaimedRun> {
    const outcome = await claimRun(db(), { runId, owner: 'worker', leaseMs: 60_000, canContinue: () => true });
    if (outcome.status !== 'claimed') throw new Error(outcome.status);
    return outcome.run;
  }

  it('are bad at each deadline, once, whoever looks, and told of to the worker that claims them', async () => {
    const [young, late, stuck] = [await waiting(0), await waiting(5), await waiting(40)];
    await look();
    await look();
    expect(await bad('chat-response-time')).toBe(2);
    expect(await bad('agent-execution')).toBe(1);
    await db().query(AGE, [late, 30]);
    await look();
    expect(await bad('chat-response-time')).toBe(2);
    expect(await bad('agent-execution')).toBe(2);
    expect((await claim(young)).overdueFor).toEqual([]);
    expect(new Set((await claim(stuck)).overdueFor)).toEqual(new Set(['chat-response-time', 'agent-execution']));
    // Claimed in time: the worker judges it.
    await db().query(AGE, [young, 60]);
    await look();
    expect(await bad('chat-response-time')).toBe(2);
    expect(await bad('agent-execution')).toBe(2);
  });

  it('behind another answer of their thread have their time from its end on', async () => {
    const before = await bad('agent-execution');
    const threadId = await newThread();
    const { runId, attempt } = await claim(await waiting(0, threadId));
    const behind = await waiting(40, threadId);
    await look();
    await finishRun(db(), { runId, attempt, outcome: 'completed', off: 0, parts: [] });
    await look();
    expect(await bad('agent-execution')).toBe(before);
    await db().query(AGE_READINESS, [behind, 31]);
    await look();
    await look();
    expect(await bad('agent-execution')).toBe(before + 1);
    const claimed = await claim(behind);
    expect(claimed.overdueFor).toContain('agent-execution');
    expect(claimed.readyMs).toBeLessThan(claimed.waitedMs);
  });

  it('are not judged while somebody claims them', async () => {
    const before = await bad('chat-response-time');
    const runId = await waiting(10);
    await db().transaction(async (tx) => {
      await tx.query({ name: 'test_hold', text: 'select 1 from chat.run where id = $1 for no key update' }, [runId]);
      await judges[1]?.judge();
    });
    expect(await bad('chat-response-time')).toBe(before);
    const [run] = await Promise.all([claim(runId), look()]);
    const counted = run.overdueFor.includes('chat-response-time') ? 1 : 0;
    expect(await bad('chat-response-time')).toBe(before + counted);
  });
});
