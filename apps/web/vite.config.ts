import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const root = decodeURIComponent(new URL('../../', import.meta.url).pathname);
const gateway = 'http://localhost:8000';

/** Files of `public` that the page needs to open. */
const STATIC = ['/holdfast.svg', '/holdfast.webmanifest'];

/** Writes the service worker, which keeps the built files on the device. */
function shell(): Plugin {
  return {
    name: 'holdfast-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const built = Object.values(bundle).filter(({ fileName }) => !fileName.endsWith('.map'));
      const files = [...built.map(({ fileName }) => `/${fileName}`), ...STATIC].sort();
      const hash = createHash('sha256');
      for (const output of built) hash.update(output.type === 'chunk' ? output.code : output.source);
      const source = readFileSync(`${root}apps/web/service-worker.js`, 'utf8')
        .replace('= __FILES__', `= ${JSON.stringify(files)}`)
        .replace('__HASH__', hash.digest('hex').slice(0, 12));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}

/** The web page: built into dist/apps/web, from where the gateway serves it. */
export default defineConfig(({ mode }) => ({
  root: `${root}apps/web`,
  plugins: [react(), shell()],
  // The development panel: in the development server, and in `vite build --mode panel`.
  define: { __PANEL__: JSON.stringify(mode !== 'production') },
  resolve: {
    alias: [
      { find: '@holdfast/react/styles.css', replacement: `${root}libs/react/src/styles/index.css` },
      { find: /^@holdfast\/([^/]+)$/, replacement: `${root}libs/$1/src/index.ts` },
    ],
    dedupe: ['react', 'react-dom', 'zod'],
  },
  build: {
    outDir: `${root}dist/apps/web`,
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    // The page's Content-Security-Policy allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': gateway, '/health': gateway, '/socket.io': { target: gateway, ws: true } },
  },
}));
