import { requireNode } from './lib/node-version.mjs';
import { requirePlatform } from './lib/platform.mjs';
import { main } from './lib/terminal.mjs';

/** Ahead of `npm start` and `npm test`, in a form that every shell knows: those need one that has `exec`. */
await main(() => {
  requirePlatform();
  requireNode();
});
