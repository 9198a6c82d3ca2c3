import { buildStale } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { requirePlatform } from './lib/platform.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/terminal.mjs';

/** `npm run deploy:rolling [-- folder]`: replaces every process of a stack of its own under load; see tools/bench. */
await main(async () => {
  requireNode();
  requirePlatform();
  await install(process.stderr);
  await buildStale(process.stderr, ['gateway', 'agent-worker', 'slo-service']);
  const register = new URL('../libs/testing/typescript/register.js', import.meta.url).href;
  const args = ['--import', register, 'tools/bench/src/main.ts', 'deploy-rolling', ...process.argv.slice(2)];
  const { code } = await run(process.execPath, args, { cwd: root, show: true });
  return code;
});
