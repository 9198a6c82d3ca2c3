import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = decodeURIComponent(new URL('../../', import.meta.url).pathname);
const gateway = 'http://localhost:8000';

/** The web page: built into dist/apps/web, from where the gateway serves it. */
export default defineConfig({
  root: `${root}apps/web`,
  plugins: [react()],
  resolve: {
    alias: [{ find: /^@holdfast\/([^/]+)$/, replacement: `${root}libs/$1/src/index.ts` }],
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
});
