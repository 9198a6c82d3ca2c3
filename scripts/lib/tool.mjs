import { buildStale } from './build.mjs';
import { install } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { requirePlatform } from './platform.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';

/** Arguments with which a tool runs no app. */
const NEEDS_NO_APP = ['--help', '-h', '--summary'];

/** Installs and builds what is missing or stale of `projects`, then runs the tool; its exit code. */
export async function runTool(tool, args, projects) {
  requireNode();
  requirePlatform();
  await install(process.stderr);
  if (!args.some((arg) => NEEDS_NO_APP.includes(arg))) await buildStale(process.stderr, projects);
  const register = new URL('../../libs/testing/typescript/register.js', import.meta.url).href;
  const { code } = await run(process.execPath, ['--import', register, `tools/${tool}/src/main.ts`, ...args], {
    cwd: root,
    show: true,
  });
  return code;
}
