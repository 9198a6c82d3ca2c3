import { performance } from 'node:perf_hooks';
import { resolve } from 'node:path';
import { buildStale } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { HELP, parseStartOptions } from './lib/start-options.mjs';
import { main, step } from './lib/terminal.mjs';

/** `npm start`: whatever is missing is made first, then the launcher runs in this process and owns its signals. */
await main(async () => {
  const startedAt = performance.now();
  requireNode();
  const { help, ...options } = parseStartOptions(process.argv.slice(2), process.env);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  await install();
  await buildStale();
  const { launch } = await import('../dist/tools/stack/tools/stack/src/main.js');
  return launch({ ...options, data: resolve(options.data), startedAt }, step);
});
