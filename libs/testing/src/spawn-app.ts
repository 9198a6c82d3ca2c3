import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inheritedEnvironment } from '@holdfast/config';
import { cleanEnvironment } from './clean-environment.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { ManagedProcess, type Exit } from './processes/managed-process.js';
import { repositoryRoot } from './repository.js';
import { TEST_AUTH_SECRET } from './sign-token.js';

export type AppName = 'gateway' | 'agent-worker' | 'slo-service';

export interface SpawnAppOptions {
  readonly app: AppName;
  /** Variables in addition to, or in place of, those of a test process; DATABASE_URL and REDIS_URL belong here. */
  readonly env: Readonly<Record<string, string>>;
  /** Run the sources or the built app; by default what the run was started for (`npm test` builds first). */
  readonly from?: 'source' | 'built';
  /** Longest time until ready, in ms; default 30 s. */
  readonly readyTimeoutMs?: number;
  /** Folder of the built apps, if not the repository's; a `node_modules` has to lie next to it. */
  readonly dist?: string;
  readonly onLine?: (line: string) => void;
}

/** A real process of an app. */
export interface SpawnedApp {
  readonly app: AppName;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** Resolves when /health/ready answers 200; rejects with the last output if the app ends or is late. */
  readonly ready: Promise<void>;
  /** Resolves with how the process ended. */
  readonly exit: Promise<Exit>;
  output(): string;
  signal(signal: NodeJS.Signals): boolean;
  /** SIGTERM, then SIGKILL after 10 s. */
  stop(): Promise<Exit>;
}

/** Arguments for node that run the entry file of an app or tool from its sources. */
export function sourceArguments(entry: string): string[] {
  const register = pathToFileURL(join(repositoryRoot(), 'libs/testing/typescript/register.js')).href;
  return ['--import', register, join(repositoryRoot(), entry)];
}

function entryArguments({ app, from, dist }: SpawnAppOptions): string[] {
  const built = inheritedEnvironment()['HOLDFAST_TEST_APPS'] === 'built' ? 'built' : 'source';
  if ((from ?? built) === 'source') return sourceArguments(`apps/${app}/src/main.ts`);
  const folder = dist ?? join(repositoryRoot(), 'dist');
  return ['--enable-source-maps', join(folder, `apps/${app}/apps/${app}/src/main.js`)];
}

/** Starts an app as a process of its own, on a free port unless `env.PORT` says otherwise. */
export async function spawnApp(options: SpawnAppOptions): Promise<SpawnedApp> {
  const { app, readyTimeoutMs = 30_000 } = options;
  const port = options.env['PORT'] === undefined ? await freePort() : Number(options.env['PORT']);
  const child = new ManagedProcess({
    name: app,
    command: process.execPath,
    args: entryArguments(options),
    cwd: repositoryRoot(),
    env: {
      ...cleanEnvironment(),
      HOLDFAST_ENV: 'test',
      AUTH_SECRET: TEST_AUTH_SECRET,
      ...options.env,
      PORT: String(port),
    },
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
  const url = `http://127.0.0.1:${String(port)}`;
  const ready = awaitReady(child, url, readyTimeoutMs);
  // Whoever never waits for it must not die of it.
  ready.catch(() => undefined);
  return {
    app,
    pid: child.pid ?? 0,
    port,
    url,
    ready,
    exit: child.exited,
    output: () => child.output(),
    signal: (signal) => child.signal(signal),
    stop: () => child.stop(),
  };
}

async function awaitReady(child: ManagedProcess, url: string, timeoutMs: number): Promise<void> {
  const ended = child.exited.then((exit) => {
    throw new Error(
      `${child.name} ended (${String(exit.code ?? exit.signal)}) before it was ready:\n${child.output()}`,
    );
  });
  ended.catch(() => undefined);
  const answered = eventually(
    // An ended child is told by `ended`; here it only stops the asking.
    async () =>
      child.exit !== undefined ||
      (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })).status === 200,
    { timeoutMs, intervalMs: 50 },
  );
  try {
    await Promise.race([answered, ended]);
  } catch (error) {
    if (child.exit !== undefined) throw error;
    throw new Error(`${child.name} is not ready:\n${child.output()}`, { cause: error });
  }
}
