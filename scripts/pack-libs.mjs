import { packLibs } from './lib/pack-libs.mjs';
import { main, step } from './lib/terminal.mjs';

/** `npm run pack:libs`: the tarballs of contracts, client and react in dist/packages, for `npm install`. */
await main(async () => {
  const tarballs = await step('Packing contracts, client and react', packLibs);
  process.stdout.write(`${tarballs.join('\n')}\n`);
});
