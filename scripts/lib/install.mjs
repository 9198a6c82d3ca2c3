import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { Problem, step } from './terminal.mjs';

/** Whether the installed packages are those of package-lock.json; npm leaves a lock file of its own in node_modules. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
}

/** Runs `npm ci` when packages are missing or older than the lock file. */
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
