import { buildStale } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { jest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { main } from './lib/terminal.mjs';

/** `npm test [-- jest arguments]`: installs and builds what is missing, then runs unit, integration and e2e tests. */
await main(async () => {
  requireNode();
  await install(process.stderr);
  await buildStale(process.stderr);
  return jest(process.argv.slice(2));
});
