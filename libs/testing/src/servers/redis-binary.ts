import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serverAccount, serverHome } from './server-account.js';
import { ServerError } from './server.errors.js';
import { unpackRedis } from './redis-unpack.js';

/** The Redis to run, and the environment that it needs. */
export interface RedisBinary {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

const OLDEST = 6.2;
const BASE_ENV = { PATH: '/usr/bin:/bin' } as const;

function versionOf(binary: RedisBinary): number {
  const probe = spawnSync(binary.command, ['--version'], {
    ...serverAccount(),
    cwd: '/',
    env: binary.env,
    encoding: 'utf8',
  });
  return Number.parseFloat(/v=(\d+\.\d+)/.exec(probe.stdout)?.[1] ?? '0');
}

function installed(): RedisBinary | undefined {
  for (const name of ['redis-server', 'valkey-server']) {
    try {
      const command = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
      const binary = { command, env: BASE_ENV };
      if (versionOf(binary) >= OLDEST) return binary;
    } catch {
      // Not on the PATH; the next name may be.
    }
  }
  return undefined;
}

function unpacked(root: string): RedisBinary | undefined {
  const command = join(root, 'usr', 'bin', 'redis-server');
  if (!existsSync(command)) return undefined;
  const libraries = [join(root, 'usr', 'lib'), join(root, 'lib')]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu') || name.includes('-linux-gnu'))
        .map((name) => join(folder, name)),
    ]);
  const binary = { command, env: { ...BASE_ENV, LD_LIBRARY_PATH: libraries.join(':') } };
  return versionOf(binary) >= OLDEST ? binary : undefined;
}

/** The command that installs Redis here, for the sentence a person gets. */
export function redisRemedy(): string {
  if (process.platform === 'darwin') return 'run "brew install redis"';
  const managers: readonly (readonly [string, string])[] = [
    ['/usr/bin/apt-get', 'sudo apt-get install redis-server'],
    ['/usr/bin/dnf', 'sudo dnf install redis'],
    ['/sbin/apk', 'sudo apk add redis'],
    ['/usr/bin/pacman', 'sudo pacman -S valkey'],
    ['/usr/bin/zypper', 'sudo zypper install redis'],
  ];
  const command = managers.find(([path]) => existsSync(path))?.[1];
  return command === undefined ? 'install Redis 6.2 or newer' : `run "${command}"`;
}

/**
 * The system's Redis; where there is none, on Debian and Ubuntu, the distribution's own package unpacked without root
 * into the data folder, once.
 * @throws ServerError that names the one command for this platform.
 */
export async function redisBinary(onProgress: (line: string) => void = () => undefined): Promise<RedisBinary> {
  const system = installed();
  if (system !== undefined) return system;
  const root = join(serverHome(), `redis-${process.arch}`);
  const cached = unpacked(root);
  if (cached !== undefined) return cached;
  let reason = `no redis-server of version ${String(OLDEST)} or newer is on the PATH`;
  if (existsSync('/usr/bin/apt-get')) {
    try {
      onProgress('Redis is not installed: unpacking the package of this distribution');
      await unpackRedis(root);
      const fresh = unpacked(root);
      if (fresh !== undefined) return fresh;
      reason = `the package of this distribution does not run here or is older than ${String(OLDEST)}`;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  throw new ServerError(`Redis is missing (${reason}): ${redisRemedy()}, or set REDIS_URL.`);
}
