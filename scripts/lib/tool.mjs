import { buildStale } from './build.mjs';
import { install } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { requirePlatform } from './platform.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';

/** Installs and builds what is missing or stale of `projects`, then runs the tool; its exit code. */
export async function runTool(tool, args, projects) {
  requireNode();
  requirePlatform();
  await install(process.stderr);
  await buildStale(process.stderr, projects);
  const register = new URL('../../libs/testing/typescript/register.js', import.meta.url).href;
  const { code } = await run(process.execPath, ['--import', register, `tools/${tool}/src/main.ts`, ...args], {
    cwd: root,
    show: true,
  });
  return code;
}
