import { buildStale } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { jest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { main, Problem } from './lib/terminal.mjs';

const TIMES = 20;

/** `npm run test:repeat -- <files>`: the given test files 20 times, to the first failure. */
await main(async () => {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new Problem('Name the test files: npm run test:repeat -- libs/x/src/y.int-spec.ts');
  requireNode();
  await install(process.stderr);
  await buildStale(process.stderr);
  for (let round = 1; round <= TIMES; round += 1) {
    process.stderr.write(`Round ${round} of ${TIMES}\n`);
    const code = await jest(['--runTestsByPath', ...files]);
    if (code !== 0) throw new Problem(`Round ${round} of ${TIMES} failed.`);
  }
  process.stderr.write(`All ${TIMES} rounds passed.\n`);
});
