import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { eventually, startPostgres, startRedis, type RunningServer } from '@holdfast/testing';
import { childrenOf, isStopped } from './proc.js';

const RESTART_WITHIN_MS = 30_000;
const RETRY_MS = 250;

/** Postgres and Redis of a run, and what can happen to them. */
export class Servers {
  private constructor(
    readonly postgres: RunningServer,
    readonly redis: RunningServer,
  ) {}

  static async start(): Promise<Servers> {
    const postgres = await startPostgres();
    try {
      return new Servers(postgres, await startRedis());
    } catch (error) {
      await postgres.dispose();
      throw error;
    }
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(server: RunningServer): Promise<void> {
    // A frozen process is killed as well, but it has to be seen to end.
    server.signal('SIGKILL');
    await server.exited;
  }

  /** After a kill, on the same port and data. Postgres refuses while a child of the killed one is left. */
  async restart(server: RunningServer): Promise<void> {
    const deadline = performance.now() + RESTART_WITHIN_MS;
    for (;;) {
      try {
        await server.restart();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  /** Removes what Redis would find again at its next start. */
  emptyRedis(): void {
    rmSync(join(this.redis.folder, 'appendonlydir'), { recursive: true, force: true });
  }

  /** Freezes a server with everything it has started. True if it stands still. */
  async freeze(server: RunningServer): Promise<boolean> {
    const { pid } = server;
    if (pid === 0) return false;
    signalAll(pid, 'SIGSTOP');
    // Whoever was started meanwhile is a child of a process that stands still now.
    await delay(5);
    signalAll(pid, 'SIGSTOP');
    return isStopped(pid);
  }

  thaw(server: RunningServer): void {
    if (server.pid !== 0) signalAll(server.pid, 'SIGCONT');
  }

  /** Whether transactions may write; takes effect for all sessions. */
  async setReadOnly(on: boolean): Promise<void> {
    const set = (): Promise<void> =>
      this.withClient(async (client) => {
        await client.query('set default_transaction_read_only = off');
        await client.query(`alter system set default_transaction_read_only = ${on ? 'on' : 'off'}`);
        await client.query('select pg_reload_conf()');
      });
    await eventually(set, { timeoutMs: RESTART_WITHIN_MS, intervalMs: RETRY_MS });
  }

  /** Whether a new session is refused a write. */
  async refusesWrites(): Promise<boolean> {
    return this.withClient(async (client) => {
      const { rows } = await client.query<{ default_transaction_read_only: string }>(
        'show default_transaction_read_only',
      );
      return rows[0]?.default_transaction_read_only === 'on';
    });
  }

  async dispose(): Promise<void> {
    this.thaw(this.postgres);
    this.thaw(this.redis);
    await Promise.allSettled([this.postgres.dispose(), this.redis.dispose()]);
  }

  private async withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      connectionString: this.postgres.url,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function signalAll(pid: number, signal: NodeJS.Signals): void {
  for (const each of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(each, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
