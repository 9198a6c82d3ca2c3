import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { guardFolder } from '../processes/guard.js';

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;
const PACKAGES = ['redis-server', 'redis-tools'];
/** Libraries outside the essential set that Redis links to, should the list of dependencies not be readable. */
const USUAL_LIBRARIES = ['libjemalloc2', 'liblzf1', 'libatomic1'];

/**
 * Downloads the distribution's Redis with its own signature checks, and unpacks it to `root`; needs no root and leaves
 * the system alone. Two callers at once do no harm: the first rename wins.
 */
export async function unpackRedis(root: string): Promise<void> {
  mkdirSync(dirname(root), { recursive: true });
  const draft = mkdtempSync(`${root}.`);
  guardFolder(draft);
  try {
    const apt = privateApt(draft);
    await apt('apt-get', ['update', '-qq']);
    const names = [...PACKAGES, ...(await missingLibraries(apt))];
    await apt('apt-get', ['download', '-qq', ...names]);
    const unpackedRoot = join(draft, 'root');
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(draft, file), unpackedRoot], { timeout: TIMEOUT_MS });
    }
    rmSync(root, { recursive: true, force: true });
    renameSync(unpackedRoot, root);
  } catch (error) {
    if (!existsSync(root)) throw new Error(firstLine(error), { cause: error });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

type Apt = (command: string, args: readonly string[]) => Promise<string>;

/** apt with lists and cache of its own in `folder`, so that an unprivileged user may update them. */
function privateApt(folder: string): Apt {
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const options = [`Dir::State::lists=${folder}/lists`, `Dir::Cache=${folder}/cache`, 'APT::Sandbox::User='];
  const flags = options.flatMap((option) => ['-o', option]);
  return async (command, args) => {
    const { stdout } = await run(command, [...flags, ...args], {
      cwd: folder,
      timeout: TIMEOUT_MS,
      maxBuffer: 16 << 20,
    });
    return stdout;
  };
}

async function missingLibraries(apt: Apt): Promise<readonly string[]> {
  try {
    const skip = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    );
    const tree = await apt('apt-cache', ['depends', '--recurse', ...skip, ...PACKAGES]);
    const needed = new Set(tree.split('\n').filter((line) => /^lib[a-z0-9.+-]+$/.test(line)));
    const { stdout } = await run('dpkg-query', ['-f', '${Package} ${db:Status-Status}\n', '-W'], {
      timeout: TIMEOUT_MS,
    });
    const present = new Set(
      stdout
        .split('\n')
        .filter((line) => line.endsWith(' installed'))
        .map((line) => line.split(' ')[0]),
    );
    return [...needed].filter((name) => !present.has(name));
  } catch {
    return USUAL_LIBRARIES;
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return text.split('\n').find((line) => line.startsWith('E: ')) ?? text.trim().split('\n')[0] ?? 'apt failed';
}
