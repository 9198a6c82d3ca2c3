import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { guardFolder } from '../processes/guard.js';
import { commandLine, isAlive } from '../processes/process-identity.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { giveToServer, makeServerFolder, serverAccount, temporaryBase } from './server-account.js';
import { ServerError } from './server.errors.js';

const run = promisify(execFile);
const INITDB_TIMEOUT_MS = 120_000;

/** Name of the superuser of an embedded cluster. */
export const SUPERUSER = 'holdfast';

export interface ClusterOptions {
  readonly folder: string;
  /** Without a password every local connection is trusted. */
  readonly password: string | undefined;
  readonly durable: boolean;
}

/**
 * Makes `folder` a data folder that the given binaries can open: initialised, of the same version, used by no other
 * server. An orphan of a killed launcher is stopped.
 */
export async function prepareCluster(binaries: PostgresBinaries, options: ClusterOptions): Promise<void> {
  const { folder } = options;
  try {
    makeServerFolder(folder);
    if (!existsSync(join(folder, 'PG_VERSION'))) {
      if (readdirSync(folder).length > 0) throw new ServerError(broken(folder, 'it has no PG_VERSION'));
      await initialise(binaries, options);
      return;
    }
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw new ServerError(broken(folder, error instanceof Error ? error.message : String(error)), { cause: error });
  }
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (version !== binaries.major) {
    throw new ServerError(
      `The data in ${folder} is of Postgres ${version} and this is Postgres ${binaries.major}: move that folder away for a fresh start, or set DATABASE_URL.`,
    );
  }
  await clearOrphan(folder);
}

/** The sentence for a data folder that cannot be used. */
export function broken(folder: string, reason: string): string {
  return `The data folder ${folder} cannot be used (${reason}): make it writable for this user, or move it away for a fresh start.`;
}

/** In a draft that is renamed at the end, so that a kill in between leaves nothing that looks like data. */
async function initialise(binaries: PostgresBinaries, options: ClusterOptions): Promise<void> {
  const { folder } = options;
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  makeServerFolder(draft);
  guardFolder(draft);
  try {
    await initdb(binaries, { ...options, folder: draft });
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new ServerError(broken(folder, said.split('\n').at(-1) ?? said), { cause: error });
  }
}

async function initdb(binaries: PostgresBinaries, options: ClusterOptions): Promise<void> {
  const { folder, password } = options;
  const auth = password === undefined ? 'trust' : 'scram-sha-256';
  const args = [`--pgdata=${folder}`, `--username=${SUPERUSER}`, `--auth=${auth}`, '--encoding=UTF8'];
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions');
  if (!options.durable) args.push('--no-sync');
  // A file, because initdb cannot open the socket that node gives as standard input.
  const secrets = mkdtempSync(join(temporaryBase(), 'holdfast-initdb-'));
  guardFolder(secrets);
  try {
    makeServerFolder(secrets);
    if (password !== undefined) {
      const file = join(secrets, 'password');
      writeFileSync(file, `${password}\n`, { mode: 0o600 });
      giveToServer(file);
      args.push(`--pwfile=${file}`);
    }
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
    await run(binaries.initdb, args, { ...serverAccount(), cwd: folder, env, timeout: INITDB_TIMEOUT_MS });
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

/** Stops a server that still runs on `folder` although its launcher is gone, and removes a stale lock file. */
async function clearOrphan(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
  const isOurs = () => isAlive(pid) && commandLine(pid).includes(folder);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isOurs()) break;
    process.kill(pid, signal);
    const deadline = Date.now() + 5_000;
    while (isOurs() && Date.now() < deadline) await delay(50);
  }
  rmSync(lock, { force: true });
}
