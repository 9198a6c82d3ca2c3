import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { InstanceList, partsText } from '@holdfast/contracts';
import { claimRun, commitChunks, finishRun } from '@holdfast/conversation';
import { Database, GUIDE_AGENT_ID } from '@holdfast/database';
import { keys } from '@holdfast/redis';
import {
  eventually,
  signToken,
  spawnApp,
  testDatabase,
  testRedis,
  type SpawnedApp,
  type TestDatabase,
} from '@holdfast/testing';
import { Redis } from 'ioredis';
import { Balancer } from './support/balancer.js';
import { ChatClient } from './support/chat-client.js';
import { MovingClient } from './support/moving-client.js';

const MOVING = 50;
/** Clients that know nothing of notices and are closed in the end. */
const BARE = 10;
const STREAMS = 6;
/** Looks in a row, 200 ms each, at which nobody was moved any more. */
const CALM_LOOKS = 20;
const WAIT = { timeoutMs: 90_000, intervalMs: 200 };

// Real processes boot in seconds where tests share few cores.
jest.setTimeout(180_000);

/** An agent's answer that is being written, as by a worker whose hints all get lost. */
class Stream {
  text = '';

  constructor(
    private readonly db: Database,
    readonly client: ChatClient,
    readonly runId: string,
  ) {}

  static async begin(db: Database, client: ChatClient): Promise<Stream> {
    const threadId = await client.createThread([], GUIDE_AGENT_ID);
    await client.open(threadId);
    const [sent] = await client.send(threadId, 'go');
    if (sent?.ok !== true || sent.runId === undefined) throw new Error('no run');
    await claimRun(db, { runId: sent.runId, owner: 'test', leaseMs: 120_000, canContinue: () => true });
    const stream = new Stream(db, client, sent.runId);
    await stream.write('It begins. ');
    await client.next('run.snapshot', ({ runId }) => runId === sent.runId);
    return stream;
  }

  async write(text: string): Promise<void> {
    const chunk = { runId: this.runId, attempt: 1, off: this.text.length, parts: [{ type: 'text' as const, text }] };
    await commitChunks(this.db, [chunk], 120_000);
    this.text += text;
  }

  async end(): Promise<void> {
    const end = { runId: this.runId, attempt: 1, off: this.text.length, parts: [], outcome: 'completed' as const };
    await finishRun(this.db, end);
    await this.client.next('run.ended', ({ runId }) => runId === this.runId);
  }

  get seen(): string {
    const last = this.client.all('run.snapshot').findLast(({ runId }) => runId === this.runId);
    return last === undefined ? '' : partsText(last.parts);
  }
}

describe('a gateway that joins', () => {
  let database: TestDatabase;
  let db: Database;
  let balancer: Balancer;
  const redis = testRedis();
  const gateways: SpawnedApp[] = [];
  const clients: { close(): void }[] = [];

  async function join(instanceId: string): Promise<SpawnedApp> {
    const gateway = await spawnApp({
      app: 'gateway',
      readyTimeoutMs: 90_000,
      env: {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        REDIS_PREFIX: redis.prefix,
        INSTANCE_ID: instanceId,
        HEARTBEAT_MS: '500',
        REBALANCE_IDLE_MS: '1000',
        POLL_MS: '300',
        LOG_LEVEL: 'warn',
      },
    });
    gateways.push(gateway);
    await gateway.ready;
    return gateway;
  }

  /** Puts somebody among the users of a gateway whom nobody of us can have registered. */
  async function registerStranger(instanceId: string): Promise<void> {
    const client = new Redis(redis.url);
    const { instances, connections, leaseUsers } = keys(redis.prefix);
    const leases = await client.zrange(instances, 0, -1);
    const lease = leases.find((name) => name.startsWith(`gateway:${instanceId}:`)) ?? '';
    await client.hset(connections('no tenant', 'no user'), lease, 'x');
    // Beside the one who is really there.
    await client.sadd(leaseUsers(lease), 'no tenant/no user');
    expect(await client.scard(leaseUsers(lease))).toBeGreaterThan(1);
    client.disconnect();
  }

  async function list(gateway: SpawnedApp): Promise<InstanceList> {
    const authorization = `Bearer ${await signToken({ sub: 'operator', roles: ['ops'] })}`;
    const response = await fetch(`${gateway.url}/api/ops/instances`, { headers: { authorization } });
    expect(response.status).toBe(200);
    return InstanceList.parse(await response.json());
  }

  beforeAll(async () => {
    database = await testDatabase();
    db = new Database({ url: database.url, poolMax: 4, timeoutMs: 10_000 });
    balancer = await Balancer.start();
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    balancer.close();
    await db.close();
    await database.drop();
  });

  it('gets its share of the idle sockets, none of those that stream, and then there is peace', async () => {
    const old = await join('old');
    balancer.add(old.url);
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, async (_, n) => {
        const client = await ChatClient.connect(balancer.url, { sub: `reader-${String(n)}` });
        clients.push(client);
        return Stream.begin(db, client);
      }),
    );
    const moving = await Promise.all(
      Array.from({ length: MOVING }, (_, n) => MovingClient.connect(balancer.url, { sub: `person-${String(n)}` })),
    );
    const bare = await Promise.all(
      Array.from({ length: BARE }, (_, n) => ChatClient.connect(balancer.url, { sub: `bare-${String(n)}` })),
    );
    clients.push(...moving, ...bare);
    const all = MOVING + BARE + STREAMS;
    await eventually(async () => {
      expect(await list(old)).toMatchObject({
        registry: 'available',
        stale: [],
        spread: 0,
        instances: [{ connections: all }],
      });
    }, WAIT);

    const fresh = await join('fresh');
    balancer.add(fresh.url);
    const started = performance.now();
    await eventually(async () => {
      await Promise.all(streams.map((stream) => stream.write('More. ')));
      const { instances, spread } = await list(fresh);
      expect(instances.map(({ instanceId }) => instanceId).sort()).toEqual(['fresh', 'old']);
      expect(instances.reduce((sum, { connections }) => sum + connections, 0)).toBe(all);
      expect(spread).toBeLessThan(0.2);
    }, WAIT);
    const tookMs = performance.now() - started;
    const movesOf = () =>
      moving.reduce((sum, client) => sum + client.moves, 0) +
      bare.reduce((sum, client) => sum + client.all('server.draining').length, 0);
    let moves = 0;
    let unchanged = 0;
    await eventually(() => {
      unchanged = movesOf() === moves ? unchanged + 1 : 0;
      moves = movesOf();
      return unchanged >= CALM_LOOKS;
    }, WAIT);
    expect(moves).toBeLessThan(all);
    expect((await list(old)).spread).toBeLessThan(0.2);
    process.stdout.write(
      `rebalanced: ${String(all)} sockets, ${String(moves)} moves, ${String(Math.round(tookMs))} ms\n`,
    );

    await Promise.all(streams.map((stream) => stream.write('The end.')));
    for (const stream of streams) {
      await eventually(() => expect(stream.seen).toBe(stream.text), WAIT);
      expect(stream.client.all('server.draining')).toEqual([]);
      expect(stream.client.all('session.ready').map(({ instanceId }) => instanceId)).toEqual(['old']);
    }
    for (const stream of streams) await stream.end();
    expect(movesOf()).toBe(moves);
  });

  it('is cleaned up after when it is killed: who was there is gone for those who stay', async () => {
    const [old, fresh] = gateways;
    if (!old || !fresh) throw new Error('no gateways');
    const ann = await ChatClient.connect(old.url, { sub: 'ann' });
    const bob = await ChatClient.connect(fresh.url, { sub: 'bob' }, { reconnection: false });
    clients.push(ann, bob);
    const threadId = await ann.createThread([bob.userId]);
    await ann.open(threadId);
    await bob.next('inbox.updated', ({ threads }) => threads.some((thread) => thread.threadId === threadId));
    await eventually(async () => {
      await ann.send(threadId, 'Are you there?');
      const exposed = await (await fetch(`${old.url}/metrics`)).text();
      expect(exposed).toMatch(/holdfast_routes_total\{route="direct"\} [1-9]/);
    }, WAIT);
    await eventually(async () => {
      const { online } = await ann.do('presence.get', { threadId });
      expect([...online].sort()).toEqual([ann.userId, bob.userId].sort());
    }, WAIT);

    await registerStranger('fresh');
    fresh.signal('SIGKILL');
    await eventually(() => {
      expect(ann.all('presence.changed')).toContainEqual({ userId: bob.userId, online: false });
    }, WAIT);
    expect(await ann.do('presence.get', { threadId })).toMatchObject({ ok: true, online: [ann.userId] });
    await eventually(async () => {
      expect(await list(old)).toMatchObject({
        stale: [],
        spread: 0,
        instances: [{ instanceId: 'old', state: 'ready' }],
      });
    }, WAIT);
  });
});
