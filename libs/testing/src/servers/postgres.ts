import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { guardFolder } from '../processes/guard.js';
import { startUntil } from './start-until.js';
import { postgresBinaries } from './postgres-binaries.js';
import { prepareCluster, SUPERUSER } from './postgres-data.js';
import { runServer, type RunningServer } from './running-server.js';
import { serverAccount, temporaryBase } from './server-account.js';

export interface PostgresOptions {
  /** Data folder that is kept; by default a temporary one that is removed by `dispose`. */
  readonly folder?: string;
  readonly port?: number;
  /** Password of the superuser, fixed when the folder is made; by default local connections are trusted. */
  readonly password?: string;
  /** Survives a loss of power; off by default, because tests only need to survive a kill. */
  readonly durable?: boolean;
  /** Settings in addition to, or in place of, the default ones. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

const START_TIMEOUT_MS = 60_000;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  jit: 'off',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Unsafe at a loss of power, safe at a kill of the server. */
const FAST_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
};

/**
 * Starts the Postgres that npm installed, on 127.0.0.1.
 * @throws ServerError with the remedy.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningServer> {
  const binaries = postgresBinaries();
  const isTemporary = options.folder === undefined;
  const folder = options.folder ?? mkdtempSync(join(temporaryBase(), 'holdfast-postgres-'));
  if (isTemporary) guardFolder(folder);
  const { password, durable = false } = options;
  const port = options.port ?? (await freePort());
  const settings = { ...SETTINGS, ...(durable ? {} : FAST_SETTINGS), ...options.settings };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  return runServer({
    url: `postgresql://${SUPERUSER}${secret}@127.0.0.1:${String(port)}/postgres`,
    port,
    folder,
    // Fast shutdown: open transactions are rolled back, data is flushed.
    stopSignal: 'SIGINT',
    launch: async () => {
      await prepareCluster(binaries, { folder, password, durable });
      return startUntil('database system is ready to accept connections', START_TIMEOUT_MS, {
        name: 'Postgres',
        folder,
        command: binaries.postgres,
        args: ['-D', folder, '-p', String(port), ...args],
        cwd: folder,
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
        ...serverAccount(),
        ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      });
    },
    cleanUp: () => {
      if (isTemporary) rmSync(folder, { recursive: true, force: true });
    },
  });
}
