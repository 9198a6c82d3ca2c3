import { randomUUID } from 'node:crypto';
import { appendMessages, createThread, ensureUsers, type Principal } from '@holdfast/conversation';
import { Database, runMigrations } from '@holdfast/database';
import {
  spawnApp,
  startPostgres,
  startRedis,
  type AppName,
  type RunningServer,
  type SpawnedApp,
} from '@holdfast/testing';

/** Rows of one append: its limit is 1 MiB. */
const ROWS = 1_000;
const USERS = 500;

/** As in production, where the gateway does not check its own answers; all clients come from one address. */
const ENVIRONMENT = {
  HOLDFAST_ENV: 'staging',
  LOG_LEVEL: 'warn',
  LIMIT_HANDSHAKES_PER_ADDRESS_PER_S: '1500',
  // As in the image.
  NODE_OPTIONS: '--max-semi-space-size=64',
};

/** A Postgres, a Redis and whatever runs on them. */
export class World {
  private readonly apps: SpawnedApp[] = [];

  private constructor(
    readonly postgres: RunningServer,
    readonly redis: RunningServer,
    readonly db: Database,
  ) {}

  static async start(): Promise<World> {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await runMigrations(postgres.url);
    return new World(postgres, redis, new Database({ url: postgres.url, poolMax: 4, timeoutMs: 30_000 }));
  }

  /** Starts a built gateway and waits until it is ready. */
  gateway(env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> {
    return this.start('gateway', env);
  }

  /** As {@link gateway}. */
  worker(env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> {
    return this.start('agent-worker', env);
  }

  /** As {@link gateway}. */
  sloService(env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> {
    return this.start('slo-service', env);
  }

  private async start(app: AppName, env: Readonly<Record<string, string>>): Promise<SpawnedApp> {
    const started = await spawnApp({
      app,
      from: 'built',
      env: {
        ...ENVIRONMENT,
        DATABASE_URL: this.postgres.url,
        REDIS_URL: this.redis.url,
        ...env,
      },
    });
    this.apps.push(started);
    await started.ready;
    return started;
  }

  /** Users with the subjects `user-0` and so on. */
  async users(count: number): Promise<Principal[]> {
    const users: Principal[] = [];
    for (let start = 0; start < count; start += USERS) {
      const identities = Array.from({ length: Math.min(USERS, count - start) }, (_, index) => {
        const subject = `user-${String(start + index)}`;
        return { tenant: 'default', subject, name: subject, kind: 'human' as const };
      });
      for (const ensured of await ensureUsers(this.db, identities)) {
        if (ensured.status !== 'ok') throw new Error(`no user: ${ensured.status}`);
        users.push({ tenantId: ensured.tenantId, userId: ensured.user.id, roles: [] });
      }
    }
    return users;
  }

  async thread([owner, ...others]: readonly Principal[]): Promise<string> {
    if (owner === undefined) throw new Error('a thread needs an owner');
    const threadId = randomUUID();
    const memberIds = others.map(({ userId }) => userId);
    await createThread(this.db, owner, { threadId, title: 'A thread', agentId: null, memberIds });
    return threadId;
  }

  /** Appends `count` messages of `bytes` to each thread, telling nobody. */
  async append(
    threads: readonly { threadId: string; sender: Principal }[],
    count: number,
    bytes: number,
  ): Promise<void> {
    const rows = threads.flatMap(({ threadId, sender }) =>
      Array.from({ length: count }, (_, index) => ({
        tenantId: sender.tenantId,
        threadId,
        senderId: sender.userId,
        clientMessageId: randomUUID(),
        body: { parts: [{ type: 'text' as const, text: String(index).padEnd(bytes, '.') }] },
      })),
    );
    for (let start = 0; start < rows.length; start += ROWS) {
      const outcomes = await appendMessages(this.db, rows.slice(start, start + ROWS));
      const failed = outcomes.find(({ status }) => status !== 'appended');
      if (failed !== undefined) throw new Error(`a message was not appended: ${failed.status}`);
    }
  }

  /** Statistics for the planner, which Postgres gathers by itself within a minute or so of such a change. */
  async analyze(): Promise<void> {
    await this.db.query({ name: 'analyze', text: 'analyze' }, []);
  }

  async end(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.stop()));
    await this.db.close();
    await Promise.all([this.postgres.dispose(), this.redis.dispose()]);
  }
}
