import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../repository.js';
import { ServerError } from './server.errors.js';

/** The account that servers run as: `{}` = our own. */
export interface ServerAccount {
  readonly uid?: number;
  readonly gid?: number;
}

/** The account `nobody`, which exists by number even where no user database does. */
const NOBODY = 65_534;

/** Postgres refuses to run as root, so root runs its servers as nobody; no user is ever added. */
export function serverAccount(): ServerAccount {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** Whether the server account can enter and read `path`, which must exist. */
export function isReachable(path: string): boolean {
  const account = serverAccount();
  if (account.uid === undefined) return true;
  const probe = spawnSync('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', path], { ...account, cwd: '/' });
  return probe.status === 0;
}

/**
 * Folder for binaries and data of servers. It is `<repository>/.holdfast`, except where the server account cannot reach
 * it (a clone under a root-only folder): then a folder of the same meaning under /var/tmp, named by the repository.
 */
export function serverHome(wanted: string = join(repositoryRoot(), '.holdfast')): string {
  mkdirSync(wanted, { recursive: true });
  if (isReachable(wanted)) return wanted;
  const base = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();
  const elsewhere = join(base, `holdfast-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 });
  const stat = lstatSync(elsewhere);
  // Anybody may write in /var/tmp: a folder that another account prepared there is not ours to use.
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new ServerError(`${elsewhere} belongs to somebody else: remove it, or move the clone to a readable folder.`);
  }
  return elsewhere;
}

/** Makes a folder that the server account owns. */
export function makeServerFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  giveToServer(path);
}

/** Makes the server account the owner of a file or folder. */
export function giveToServer(path: string): void {
  const { uid, gid } = serverAccount();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** Folder in which temporary folders of servers are made. */
export function temporaryBase(): string {
  return isReachable(tmpdir()) ? tmpdir() : serverHome();
}
