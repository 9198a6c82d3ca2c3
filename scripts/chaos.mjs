import { buildStale } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { requirePlatform } from './lib/platform.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/terminal.mjs';

/** `npm run chaos [-- options]`: installs and builds what is missing or stale, then runs tools/chaos. */
await main(async () => {
  requireNode();
  requirePlatform();
  await install(process.stderr);
  await buildStale(process.stderr, ['gateway', 'agent-worker', 'slo-service']);
  const register = new URL('../libs/testing/typescript/register.js', import.meta.url).href;
  const args = ['--import', register, 'tools/chaos/src/main.ts', ...process.argv.slice(2)];
  const { code } = await run(process.execPath, args, { cwd: root, show: true });
  return code;
});
