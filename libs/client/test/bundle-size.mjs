import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Prints the gzipped size of the client with all it needs, in bytes. In a process of its own: jest cannot load the bundler. */
const result = await build({
  configFile: false,
  logLevel: 'silent',
  resolve: {
    alias: {
      '@holdfast/contracts': fileURLToPath(new URL('../../contracts/src/index.ts', import.meta.url)),
    },
  },
  build: {
    write: false,
    minify: true,
    lib: { entry: fileURLToPath(new URL('../src/index.ts', import.meta.url)), formats: ['es'] },
    rolldownOptions: { output: { minify: true } },
  },
});
const code = [result]
  .flat()
  .flatMap(({ output }) => output)
  .map((chunk) => chunk.code ?? '')
  .join('');
process.stdout.write(String(gzipSync(code).length));
