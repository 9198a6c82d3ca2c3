import { packLibs } from './lib/pack-libs.mjs';
import { main, step } from './lib/terminal.mjs';

/** `npm run pack:libs`: the tarballs of contracts, client, react and slo-recorder in dist/packages, for `npm install`. */
await main(async () => {
  const tarballs = await step('Packing contracts, client, react and slo-recorder', packLibs);
  process.stdout.write(`${tarballs.join('\n')}\n`);
});
