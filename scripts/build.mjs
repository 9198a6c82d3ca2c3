import { buildStale } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { main } from './lib/terminal.mjs';

/** `npm run build`: installs and builds what is missing or stale; arguments limit it to some projects. */
await main(async () => {
  requireNode();
  await install();
  const names = process.argv.slice(2);
  await buildStale(process.stdout, names.length > 0 ? names : undefined);
});
