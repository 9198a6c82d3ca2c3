import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '@holdfast/config';
import { freePort } from '@holdfast/testing';
import { appSpecs } from './apps/app-spec.js';
import { SupervisedApp } from './apps/supervised-app.js';
import { Balancer, type Backend } from './balancer/balancer.js';
import { watchReadiness } from './balancer/watch-readiness.js';
import { LauncherFile } from './files/launcher-file.js';
import { LogFiles } from './files/log-files.js';
import { keepSecrets } from './files/secrets.js';
import { requireFreeAddress } from './free-address.js';
import type { LaunchOptions, Step } from './launch-options.js';
import { createDatabase, migrate } from './servers/prepare-database.js';
import { StackServers } from './servers/stack-servers.js';
import { StackError } from './stack.errors.js';
import type { Screen } from './view/screen.js';

/** Addresses at which nobody else reaches this machine. */
const LOOPBACK_ONLY = new Set(['127.0.0.1', 'localhost', '::1']);
/** Addresses that include 127.0.0.1, where readiness is probed. */
const WITH_LOOPBACK = new Set(['127.0.0.1', 'localhost', '0.0.0.0', '::']);
const DEFAULT_APP_BUDGET_MS = 4_000;
/** What an app gets beyond its own budget before it is killed. */
const MARGIN_MS = 1_000;

/** All processes of one `npm start`: servers, then apps, then the balancer; stopped in the opposite order. */
export class Stack {
  private readonly environment = inheritedEnvironment();
  private readonly file: LauncherFile;
  private readonly apps: SupervisedApp[] = [];
  private servers: StackServers | undefined;
  private logs: LogFiles | undefined;
  private balancer: Balancer | undefined;
  private stopWatching: () => void = () => undefined;
  private locked = false;
  private startup: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly options: LaunchOptions,
    private readonly report: Step,
    private readonly screen: Screen,
  ) {
    this.file = new LauncherFile(options.data, this.url);
  }

  get url(): string {
    const { host, port } = this.options;
    const shown = WITH_LOOPBACK.has(host) ? 'localhost' : host;
    return `http://${shown}:${String(port)}`;
  }

  /** Folder of the logs. */
  get logFolder(): string {
    return join(this.options.data, 'logs');
  }

  /** Folder of the servers' data. */
  get dataFolder(): string {
    return this.servers?.folder ?? this.options.data;
  }

  /** Resolves when everything is ready; rejects when it cannot be, or when `stop` came first. */
  start(): Promise<void> {
    this.startup = this.startAll();
    return this.startup;
  }

  /** Stops everything in good order. Returns whether every app ended by itself and cleanly. */
  async stop(): Promise<boolean> {
    this.stopping.abort();
    this.stopWatching();
    this.balancer?.refuse();
    const budget = Number(this.given('SHUTDOWN_TIMEOUT_MS') ?? DEFAULT_APP_BUDGET_MS);
    const clean = await Promise.all(this.apps.map((app) => app.stop(budget + MARGIN_MS)));
    this.balancer?.close();
    await this.servers?.stop();
    await Promise.allSettled([this.startup]);
    this.logs?.close();
    if (this.locked) this.file.release();
    return clean.every(Boolean);
  }

  /** Kills the apps at once; `stop` then goes on with the servers. */
  hasten(): void {
    for (const app of this.apps) app.kill();
  }

  private async startAll(): Promise<void> {
    await this.prepareFolder();
    const { port, host } = this.options;
    await requireFreeAddress(port, host);
    const [databaseUrl, redisUrl] = await Promise.all([this.startDatabase(), this.startRedis()]);
    await this.startApps({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl });
  }

  private async prepareFolder(): Promise<void> {
    const { data } = this.options;
    try {
      mkdirSync(data, { recursive: true });
      await this.file.acquire();
      this.locked = true;
      this.logs = new LogFiles(this.logFolder);
      this.screen.keepLogs(this.logs);
      this.servers = new StackServers(data, keepSecrets(data), this.screen, () => {
        this.remember();
      });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new StackError(
        `The data folder ${data} cannot be used (${message}): make it writable, or choose another with npm start -- --data <folder>.`,
        { cause: error },
      );
    }
  }

  private async startDatabase(): Promise<string> {
    const url =
      this.given('DATABASE_URL') ??
      (await this.step('Starting Postgres', async () => createDatabase(await this.started().startPostgres())));
    await this.step('Bringing the database up to date', () => migrate(url));
    return url;
  }

  private async startRedis(): Promise<string> {
    return this.given('REDIS_URL') ?? (await this.step('Starting Redis', () => this.started().startRedis()));
  }

  private async startApps(urls: Readonly<Record<'DATABASE_URL' | 'REDIS_URL', string>>): Promise<void> {
    const { gateways, workers, port, host, data } = this.options;
    const balanced = gateways > 1 || !WITH_LOOPBACK.has(host);
    const free = (count: number) => Promise.all(Array.from({ length: count }, freePort));
    const gatewayPorts = balanced ? await free(gateways) : [port];
    const shared = {
      ...this.environment,
      AUTH_SECRET: this.given('AUTH_SECRET') ?? keepSecrets(data).authSecret,
      ...urls,
    };
    const topology = {
      gatewayPorts,
      workerPorts: await free(workers),
      sloPort: await freePort(),
      gatewayHost: balanced ? '127.0.0.1' : host,
      hidesAddresses: balanced && !LOOPBACK_ONLY.has(host),
    };
    for (const spec of appSpecs(topology, shared)) {
      const onLine = (name: string, line: string) => {
        this.screen.appLine(name, line);
      };
      const onNotice = (text: string) => {
        this.screen.notice(text);
      };
      const onProcesses = () => {
        this.remember();
      };
      this.apps.push(new SupervisedApp(spec, { onLine, onNotice, onProcesses }));
    }
    const names = this.apps.map(({ spec }) => spec.name).join(', ');
    await this.step(`Starting ${names}`, () => Promise.all(this.apps.map((app) => app.start())));
    if (balanced) await this.balance(gatewayPorts);
    this.file.publish({ ...urls, AUTH_SECRET: shared.AUTH_SECRET });
  }

  private async balance(ports: readonly number[]): Promise<void> {
    const backends: Backend[] = ports.map((port) => ({ port, ready: true }));
    this.balancer = new Balancer(backends);
    await this.balancer.listen(this.options.port, this.options.host);
    this.stopWatching = watchReadiness(backends);
  }

  /** A variable of our environment; empty means absent, as in the apps. */
  private given(name: string): string | undefined {
    const value = this.environment[name];
    return value === '' ? undefined : value;
  }

  /** A step of the start; none begins once the stop has begun. */
  private step<T>(title: string, work: () => Promise<T>): Promise<T> {
    this.stopping.signal.throwIfAborted();
    return this.report(title, work);
  }

  private started(): StackServers {
    if (this.servers === undefined) throw new Error('The data folder is not prepared.');
    return this.servers;
  }

  private remember(): void {
    if (this.stopping.signal.aborted) return;
    const apps = this.apps.flatMap((app): [string, number][] =>
      app.pid === undefined ? [] : [[app.spec.name, app.pid]],
    );
    this.file.update(new Map([...(this.servers?.processes ?? []), ...apps]));
  }
}
