import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serverHome, startPostgres, startRedis, type RunningServer } from '@holdfast/testing';
import { restartDelayMs } from '../apps/backoff.js';
import type { Secrets } from '../files/secrets.js';
import type { Screen } from '../view/screen.js';

interface Watched {
  readonly name: string;
  readonly server: RunningServer;
}

/** The embedded servers of a stack; one that dies is started again on the same port and data. */
export class StackServers {
  private readonly watched: Watched[] = [];
  private readonly starting = new Set<Promise<unknown>>();
  private readonly stopping = new AbortController();
  private readonly home: string;

  constructor(
    data: string,
    private readonly secrets: Secrets,
    private readonly screen: Screen,
    private readonly onProcesses: () => void,
  ) {
    this.home = serverHome(data);
  }

  /** Folder of the servers' data; not the data folder of the stack where the server account cannot enter that. */
  get folder(): string {
    return this.home;
  }

  /** Names and process ids of what runs. */
  get processes(): [string, number][] {
    return this.watched.filter(({ server }) => server.pid !== 0).map(({ name, server }) => [name, server.pid]);
  }

  /** Resolves with the URL of the maintenance database. */
  async startPostgres(): Promise<string> {
    return this.watch(
      'postgres',
      startPostgres({
        folder: join(this.home, 'postgres'),
        password: this.secrets.postgresPassword,
        durable: true,
        onLine: (line) => {
          this.screen.serverLine('postgres', line);
        },
      }),
    );
  }

  /** Resolves with the URL. */
  async startRedis(): Promise<string> {
    return this.watch(
      'redis',
      startRedis({
        folder: join(this.home, 'redis'),
        password: this.secrets.redisPassword,
        durable: true,
        onProgress: (line) => {
          this.screen.notice(line);
        },
        onLine: (line) => {
          this.screen.serverLine('redis', line);
        },
      }),
    );
  }

  /** Stops all of them in good order, also those that are being started. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.starting);
    await Promise.all(this.watched.map(({ server }) => server.stop()));
  }

  private async watch(name: string, start: Promise<RunningServer>): Promise<string> {
    this.starting.add(start);
    try {
      const watched = { name, server: await start };
      this.watched.push(watched);
      this.onProcesses();
      void this.keepRunning(watched);
      return watched.server.url;
    } finally {
      this.starting.delete(start);
    }
  }

  private async keepRunning({ name, server }: Watched): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    for (;;) {
      await server.exited;
      if (signal.aborted) return;
      failures += 1;
      this.screen.notice(`${name} ended unexpectedly; starting it again.`);
      const waited = await delay(restartDelayMs(failures), true, { signal }).catch(() => false);
      if (!waited) return;
      try {
        await server.restart();
        failures = 0;
      } catch (error) {
        this.screen.problem(error instanceof Error ? error.message : String(error));
      }
      this.onProcesses();
    }
  }
}
