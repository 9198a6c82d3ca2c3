import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runMigrations } from '@holdfast/database';
import { Client } from 'pg';
import { eventually, startPostgres, startRedis, type RunningServer } from '@holdfast/testing';
import { ChatClient, textBody } from './support/chat-client.js';
import { startGateway, type TestGateway } from './support/gateway-process.js';

/** Longest time until a command is answered while Postgres does not answer. */
const ANSWERED_MS = 3_000;
const UNAVAILABLE = { code: 'unavailable', retryable: true, retryAfterMs: expect.any(Number) as unknown };
const REFUSED = { ok: false, error: UNAVAILABLE };

/** What a command is answered, in time. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const askedAt = performance.now();
  const value = await answer;
  expect(performance.now() - askedAt).toBeLessThan(ANSWERED_MS);
  return value;
}

describe('with a dependency away', () => {
  let postgres: RunningServer;
  let redis: RunningServer;
  let gateways: TestGateway[] = [];
  const clients: ChatClient[] = [];

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await runMigrations(postgres.url);
    await redis.stop();
    const options = { databaseUrl: postgres.url, redis: { url: redis.url, prefix: 'outage' }, env: { POLL_MS: '400' } };
    gateways = await Promise.all([startGateway(options), startGateway(options)]);
  }, 120_000);

  afterAll(async () => {
    for (const client of clients) client.close();
    const codes = await Promise.all(gateways.map((gateway) => gateway.terminate()));
    await Promise.all([postgres.dispose(), redis.dispose()]);
    expect(codes).toEqual([0, 0]);
  }, 60_000);

  async function connect(sub: string, gateway: number): Promise<ChatClient> {
    const client = await ChatClient.connect(gateways[gateway]?.url ?? '', { sub });
    clients.push(client);
    return client;
  }

  it('starts without Redis, and messages reach the other gateway all the same', async () => {
    const [ann, bob] = await Promise.all([connect('ann', 0), connect('bob', 1)]);
    const threadId = await ann.createThread([bob.userId]);
    await Promise.all([ann.open(threadId), bob.open(threadId)]);
    await ann.send(threadId, 'one', 'two');
    await bob.send(threadId, 'three');
    await eventually(() => {
      expect(bob.events(threadId).map(({ seq }) => seq)).toEqual([3, 4, 5]);
      expect(ann.events(threadId)).toEqual(bob.events(threadId));
    });
    expect(await ann.do('system.status', {})).toMatchObject({ registry: 'unavailable' });
    // Without the registry a gateway still knows who is here.
    expect(await ann.do('presence.get', { threadId })).toMatchObject({ online: [ann.userId] });
  }, 20_000);

  it('uses Redis once it is there', async () => {
    await redis.restart();
    const ann = await connect('ann', 0);
    await eventually(
      async () => {
        const { instances } = await ann.do('system.status', {});
        expect(instances).toHaveLength(2);
      },
      { timeoutMs: 10_000 },
    );
  }, 30_000);

  it('acknowledges and delivers while Redis is killed, and is quick again by itself when it is back', async () => {
    const [ann, bob] = await Promise.all([connect('ann', 0), connect('bob', 1)]);
    const threadId = await ann.createThread([bob.userId]);
    await Promise.all([ann.open(threadId), bob.open(threadId)]);
    for (let round = 0; round < 3; round += 1) {
      redis.signal('SIGKILL');
      await redis.exited;
      expect(await ann.send(threadId, `without ${String(round)}`)).toMatchObject([{ ok: true }]);
      await eventually(() => {
        expect(bob.events(threadId)).toHaveLength(2 * round + 1);
      });
      await redis.restart();
      await bob.send(threadId, `with ${String(round)}`);
      await eventually(() => {
        expect(ann.events(threadId)).toHaveLength(2 * round + 2);
      });
    }
    expect(ann.events(threadId)).toEqual(bob.events(threadId));
    await eventually(
      async () => {
        await ann.do('typing.set', { threadId, typing: true });
        await bob.next('typing.changed');
      },
      { timeoutMs: 20_000 },
    );
  }, 60_000);

  it('refuses with advice to retry while Postgres takes no writes, and loses nothing', async () => {
    const ann = await connect('ann', 0);
    const threadId = await ann.createThread();
    await ann.open(threadId);
    const message = () => ({ threadId, messages: [{ clientMessageId: randomUUID(), body: textBody('later') }] });
    let request = message();
    let head = 1;
    const change = { title: 'x', threadId: randomUUID(), agentId: null };
    await setReadOnly(postgres.url, 'on');
    try {
      // Sessions of Postgres learn of the setting one by one: a message may still be taken.
      await eventually(async () => {
        request = message();
        const { results } = await inTime(ann.do('message.send', request));
        if (results[0]?.ok === true) head += 1;
        expect(results).toMatchObject([REFUSED]);
      });
      expect(await inTime(ann.ask('thread.create', change))).toMatchObject(REFUSED);
      expect(await ann.do('events.pull', { threadId, afterSeq: 0, limit: 10 })).toMatchObject({ head });
    } finally {
      await setReadOnly(postgres.url, 'off');
    }
    await eventually(async () => {
      expect(await ann.do('message.send', request)).toMatchObject({ results: [{ ok: true, seq: head + 1 }] });
    });
    expect(ann.socket.connected).toBe(true);
  }, 60_000);

  it('keeps its sockets while Postgres is killed and restarts, and goes on with what was committed', async () => {
    const [ann, bob] = await Promise.all([connect('ann', 0), connect('bob', 1)]);
    const threadId = await ann.createThread([bob.userId]);
    await Promise.all([ann.open(threadId), bob.open(threadId)]);
    await ann.send(threadId, 'committed');
    const request = { threadId, messages: [{ clientMessageId: randomUUID(), body: textBody('in vain at first') }] };
    postgres.signal('SIGINT');
    await postgres.exited;
    expect(await inTime(ann.do('message.send', request))).toMatchObject({ results: [REFUSED] });
    const [threads, runs] = [[{ threadId, afterSeq: 0 }], [{ runId: randomUUID(), attempt: 0, off: 0 }]];
    expect(await ann.do('session.resume', { threads, runs })).toMatchObject({
      threads: [{ status: 'pending', threadId }],
      runs: [{ status: 'pending', runId: runs[0]?.runId }],
    });
    await postgres.restart();
    await eventually(
      async () => {
        expect(await ann.do('message.send', request)).toMatchObject({ results: [{ ok: true }] });
      },
      { timeoutMs: 20_000 },
    );
    await eventually(() => {
      expect(bob.events(threadId).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(ann.events(threadId)).toEqual(bob.events(threadId));
    });
    for (const client of [ann, bob]) expect(client.all('session.ready')).toHaveLength(1);
  }, 60_000);

  it('answers unavailable within three seconds while Postgres hangs, and writes each message once afterwards', async () => {
    const ann = await connect('ann', 0);
    const threadId = await ann.createThread();
    await ann.open(threadId);
    const request = { threadId, messages: [{ clientMessageId: randomUUID(), body: textBody('patience') }] };
    postgres.signal('SIGSTOP');
    // Its backends are processes of their own; a hung disk would hang them all.
    const backends = await childrenOf(postgres.pid);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    try {
      const run = { runId: randomUUID(), attempt: 0, off: 0 };
      const [sent, opened, resumed, ...refused] = await Promise.all([
        inTime(ann.do('message.send', request)),
        inTime(ann.do('thread.open', { threadId, afterSeq: 0 })),
        inTime(ann.do('session.resume', { threads: [{ threadId, afterSeq: 0 }], runs: [run] })),
        ...askEverything(ann, threadId, run).map((answer) => inTime(answer)),
      ]);
      expect(sent).toMatchObject({ results: [REFUSED] });
      // An open or a resume says for each part of it when to ask again.
      const pending = { status: 'pending', retryAfterMs: expect.any(Number) as unknown };
      expect(opened).toMatchObject({ thread: { ...pending, threadId } });
      expect(resumed).toMatchObject({ threads: [{ ...pending, threadId }], runs: [{ ...pending, runId: run.runId }] });
      expect(refused).toMatchObject(refused.map(() => REFUSED));
      await ann.next('server.degraded', ({ affected }) => affected.includes('database'));
    } finally {
      for (const pid of backends) process.kill(pid, 'SIGCONT');
      postgres.signal('SIGCONT');
    }
    await eventually(
      async () => {
        expect(await ann.do('message.send', request)).toMatchObject({ results: [{ ok: true, seq: 2 }] });
      },
      { timeoutMs: 10_000 },
    );
    await ann.next('server.degraded', ({ degraded }) => !degraded);
    const page = await ann.do('events.pull', { threadId, afterSeq: 1, limit: 10 });
    expect(page.events).toHaveLength(1);
  }, 40_000);
});

/** Every other command that needs Postgres; the second of two read markers waits for the first one's second to pass. */
function askEverything(
  client: ChatClient,
  threadId: string,
  run: { readonly runId: string; readonly attempt: number; readonly off: number },
): Promise<unknown>[] {
  const { runId } = run;
  const change = { threadId, messageId: randomUUID(), ifRevision: 1 };
  const commandId = () => randomUUID();
  return [
    client.ask('message.edit', { ...change, commandId: commandId(), body: textBody('better') }),
    client.ask('message.delete', { ...change, commandId: commandId() }),
    client.ask('run.cancel', { runId }),
    client.ask('run.follow', run),
    client.ask('run.retry', { runId, mode: 'continue', commandId: commandId() }),
    client.ask('thread.create', { threadId: randomUUID(), title: 'later', agentId: null }),
    client.ask('thread.history', { threadId, beforeSeq: 10, limit: 10 }),
    client.ask('events.pull', { threadId, afterSeq: 0, limit: 10 }),
    client.ask('read.mark', { threadId, seq: 1 }),
    client.ask('read.mark', { threadId, seq: 1 }),
    client.ask('presence.get', { threadId }),
  ];
}

async function setReadOnly(url: string, value: 'on' | 'off'): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('set default_transaction_read_only = off');
  await client.query(`alter system set default_transaction_read_only = ${value}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}
