import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { Problem, step } from './terminal.mjs';

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/** What is on this machine of what is in the lock file; an optional package of another platform is not. */
function isPresent(wanted, found) {
  if (found === undefined) return wanted.optional === true;
  return found.version === wanted.version && found.integrity === wanted.integrity;
}

/**
 * Whether the installed packages are those of package-lock.json, by the lock file that npm leaves in node_modules. Times
 * would not tell: a checkout gives an unchanged file a new one.
 */
function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  const { '': repository, ...packages } = packagesOf('package-lock.json');
  return (
    repository !== undefined &&
    Object.entries(packages).every(([path, wanted]) => isPresent(wanted, installed[path])) &&
    Object.keys(installed).every((path) => path in packages)
  );
}

function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
}

/** Runs `npm ci` when packages are missing or others than in the lock file. */
export async function install(stream = process.stdout) {
  if (isInstalled()) return;
  await step(
    'Installing packages (the first time takes a minute or two)',
    async () => {
      const [command, prefix] = npm();
      // Building and testing need the development packages whatever NODE_ENV says.
      const { code, output } = await run(
        command,
        [...prefix, 'ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund'],
        {
          cwd: root,
        },
      );
      if (code === 0) return;
      const reason = output
        .split('\n')
        .filter((line) => /^npm (error|ERR!)/.test(line))
        .slice(0, 4)
        .join('\n');
      throw new Problem(
        `npm ci failed: check the network and the free disk space, then start again.\n${reason || output}`,
      );
    },
    stream,
  );
}
