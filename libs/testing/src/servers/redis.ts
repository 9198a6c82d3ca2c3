import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { guardFolder } from '../processes/guard.js';
import { startUntil } from './start-until.js';
import { redisBinary } from './redis-binary.js';
import { runServer, type RunningServer } from './running-server.js';
import { makeServerFolder, serverAccount, temporaryBase } from './server-account.js';

export interface RedisOptions {
  /** Data folder that is kept; by default a temporary one that is removed by `dispose`. */
  readonly folder?: string;
  readonly port?: number;
  readonly password?: string;
  /** Survives a loss of power but for a second; off by default. */
  readonly durable?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: string) => void;
  readonly onLine?: (line: string) => void;
}

const START_TIMEOUT_MS = 30_000;

/**
 * Starts a Redis on 127.0.0.1 with an append-only file, as BullMQ wants it.
 * @throws ServerError with the remedy.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RunningServer> {
  const binary = await redisBinary(options.onProgress);
  const isTemporary = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(temporaryBase(), 'holdfast-redis-'));
  if (isTemporary) guardFolder(folder);
  makeServerFolder(folder);
  const port = options.port ?? (await freePort());
  const settings: Readonly<Record<string, string>> = {
    bind: '127.0.0.1',
    port: String(port),
    dir: quoted(folder),
    appendonly: 'yes',
    appendfsync: options.durable === true ? 'everysec' : 'no',
    save: '""',
    'maxmemory-policy': 'noeviction',
    ...(options.password === undefined ? {} : { requirepass: quoted(options.password) }),
    ...options.settings,
  };
  // By standard input: neither a password on the command line nor a file to clean up.
  const input = Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
  const secret = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  return runServer({
    url: `redis://${secret}127.0.0.1:${String(port)}`,
    port,
    folder,
    stopSignal: 'SIGTERM',
    launch: () =>
      startUntil('Ready to accept connections', START_TIMEOUT_MS, {
        name: 'Redis',
        folder,
        command: binary.command,
        args: ['-'],
        cwd: folder,
        env: binary.env,
        input,
        ...serverAccount(),
        ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      }),
    cleanUp: () => {
      if (isTemporary) rmSync(folder, { recursive: true, force: true });
    },
  });
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
