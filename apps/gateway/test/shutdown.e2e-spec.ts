import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { appendMessages, createThread, ensureUser } from '@holdfast/conversation';
import { Database, DEFAULT_TENANT_SLUG } from '@holdfast/database';
import {
  eventually,
  FaultProxy,
  freePort,
  signToken,
  spawnApp,
  testDatabase,
  testRedis,
  type AppName,
  type SpawnedApp,
  type TestDatabase,
} from '@holdfast/testing';
import { ChatClient } from './support/chat-client.js';

jest.setTimeout(60_000);

const BUDGET_MS = 6_000;
/** The watchdog's, and the way to the test. */
const MARGIN_MS = 1_500;
/** More than all buffers on the way to a reader that stands still, in bytes. */
const EXPORT_BYTES = 16 * 1_048_576;

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
/** Tells when the process has begun to hear SIGTERM. */
const TELL_WHEN_HEARD = `data:text/javascript,process.on('newListener',(e)=>e==='SIGTERM'&&console.log('hears'))`;

interface Reply {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

describe('a process that is asked to leave', () => {
  let database: TestDatabase;
  let db: Database;
  const redis = testRedis();
  const cleanups: (() => unknown)[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    db = new Database({ url: database.url, poolMax: 2, timeoutMs: 10_000 });
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  async function spawn(app: AppName, env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> {
    const process = await spawnApp({
      app,
      readyTimeoutMs: 45_000,
      env: {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        REDIS_PREFIX: redis.prefix,
        SHUTDOWN_TIMEOUT_MS: String(BUDGET_MS),
        ...env,
      },
    });
    cleanups.push(() => process.stop());
    return process;
  }

  /** A reader of the export of a thread that is larger than every buffer on the way, and who stops reading. */
  async function stalledExport(app: SpawnedApp): Promise<Socket> {
    const subject = randomUUID();
    const found = await ensureUser(db, { tenant: DEFAULT_TENANT_SLUG, subject, name: 'Ada', kind: 'human' });
    if (found.status !== 'ok') throw new Error(found.status);
    const { tenantId } = found;
    const ada = { tenantId, userId: found.user.id, roles: [] };
    const threadId = randomUUID();
    await createThread(db, ada, { threadId, title: 'Long', agentMode: 'off' });
    const body = { parts: [{ type: 'text' as const, text: 'x'.repeat(30_000) }] };
    for (let bytes = 0; bytes < EXPORT_BYTES; bytes += 50 * 30_000) {
      const rows = Array.from({ length: 50 }, () => {
        return { tenantId, threadId, senderId: ada.userId, clientMessageId: randomUUID(), body };
      });
      await appendMessages(db, rows);
    }
    const socket = connect(app.port, '127.0.0.1');
    cleanups.push(() => socket.destroy());
    const authorization = `authorization: Bearer ${await signToken({ sub: subject })}`;
    socket.write(
      [`GET /api/threads/${threadId}/export HTTP/1.1`, 'host: localhost', authorization, '', ''].join('\r\n'),
    );
    await once(socket, 'readable');
    return socket;
  }

  function get(
    app: SpawnedApp,
    path: string,
    options: { token?: string; agent?: Agent; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Reply> {
    const { token, agent, headers: given = {} } = options;
    return new Promise((resolve, reject) => {
      const headers = { ...given, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
      request(`${app.url}${path}`, { headers, ...(agent === undefined ? {} : { agent }) }, (reply) => {
        reply.resume().on('end', () => {
          resolve({ status: reply.statusCode, headers: reply.headers });
        });
      })
        .on('error', reject)
        .end();
    });
  }

  function reportOf(app: SpawnedApp): Record<string, unknown> {
    const line = app
      .output()
      .split('\n')
      .find((candidate) => candidate.includes('"exitCode"'));
    return JSON.parse(line ?? '{}') as Record<string, unknown>;
  }

  it('is not ready at once, serves on through the grace, refuses then, and cuts a stream that would never end', async () => {
    const app = await spawn('gateway', { SHUTDOWN_GRACE_MS: '1500' });
    await app.ready;
    const token = await signToken({ sub: 'ann' });
    const ann = await ChatClient.connect(app.url, { sub: 'ann' }, { reconnection: false });
    cleanups.push(() => ann.close());
    const threadId = await ann.createThread();
    const stalled = await stalledExport(app);
    const agent = new Agent({ keepAlive: true });
    cleanups.push(() => agent.destroy());
    expect((await get(app, '/api/me', { token, agent })).headers['connection']).toBe('keep-alive');

    const at = performance.now();
    app.signal('SIGTERM');
    await eventually(async () => expect((await get(app, '/health/ready')).status).toBe(503), { intervalMs: 20 });
    expect(performance.now() - at).toBeLessThan(1_000);
    expect((await get(app, '/health/live')).status).toBe(200);
    expect(await get(app, '/api/me', { token, agent })).toMatchObject({
      status: 200,
      headers: { connection: 'close' },
    });
    expect(await ann.send(threadId, 'in the grace')).toMatchObject([{ ok: true }]);
    expect(ann.all('server.draining')).toEqual([]);

    await eventually(
      async () => {
        const reply = await get(app, '/api/me', { token });
        expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '1', connection: 'close' } });
      },
      { timeoutMs: 3_000, intervalMs: 20 },
    );
    expect(await get(app, '/socket.io/?EIO=4&transport=websocket', { headers: UPGRADE })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', connection: 'close' },
    });
    expect((await get(app, '/health/live')).status).toBe(200);
    const cut = once(stalled, 'close');
    expect((await app.exit).code).toBe(1);
    expect(performance.now() - at).toBeLessThan(BUDGET_MS + MARGIN_MS);
    stalled.on('error', () => undefined).resume();
    await cut;
    expect(reportOf(app)).toMatchObject({
      reason: 'SIGTERM',
      exitCode: 1,
      abandoned: [{ phase: 'requests', step: 'http requests', outcome: 'overran', left: 1 }],
    });
    expect(ann.all('server.draining')).toMatchObject([{ reason: 'shutdown' }]);
    expect(ann.all('session.closing')).toEqual([{ code: 'draining', mayReconnect: true }]);
  });

  it('leaves in time and clean when Postgres and Redis have gone before it and a client does not read', async () => {
    const [databaseUrl, redisUrl] = [new URL(database.url), new URL(redis.url)];
    const toPostgres = await FaultProxy.start({ target: Number(databaseUrl.port) });
    const toRedis = await FaultProxy.start({ target: Number(redisUrl.port) });
    cleanups.push(() => Promise.all([toPostgres.close(), toRedis.close()]));
    databaseUrl.port = String(toPostgres.port);
    redisUrl.port = String(toRedis.port);
    const app = await spawn('gateway', { DATABASE_URL: databaseUrl.href, REDIS_URL: redisUrl.href });
    await app.ready;
    const deaf = await ChatClient.connect(app.url, { sub: 'deaf' }, { reconnection: false });
    cleanups.push(() => deaf.close());
    const { ws } = deaf.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
    ws.pause();
    toPostgres.add('gone', { type: 'reset_peer' });
    toRedis.add('gone', { type: 'half_open' });
    const at = performance.now();
    app.signal('SIGTERM');
    const { code } = await app.exit;
    ws.resume();
    expect({ code, abandoned: reportOf(app)['abandoned'] }).toEqual({ code: 0, abandoned: [] });
    expect(performance.now() - at).toBeLessThan(BUDGET_MS + MARGIN_MS);
    expect(app.output()).toContain('the shutdown report is only in the log');
    expect(app.output()).toContain('"cut":1');
  });

  it.each(['gateway', 'agent-worker', 'slo-service'] as const)(
    'ends with 0 while its modules load: %s',
    async (name) => {
      const app = await spawn(name, { NODE_OPTIONS: `--import ${TELL_WHEN_HEARD}` });
      await eventually(() => app.output().includes('hears'), { timeoutMs: 30_000, intervalMs: 5 });
      app.signal('SIGTERM');
      expect(await app.exit).toEqual({ code: 0, signal: null });
      expect(app.output()).toContain('SIGTERM while starting');
    },
  );

  it.each(['gateway', 'agent-worker', 'slo-service'] as const)(
    'ends with 0 while it waits for Postgres to start: %s',
    async (name) => {
      const url = new URL(database.url);
      url.port = String(await freePort());
      const app = await spawn(name, { DATABASE_URL: url.href });
      await eventually(() => app.output().includes('waiting for Postgres'), { timeoutMs: 30_000 });
      app.signal('SIGTERM');
      expect(await app.exit).toEqual({ code: 0, signal: null });
      expect(app.output()).not.toContain('"level":"fatal"');
    },
  );
});
