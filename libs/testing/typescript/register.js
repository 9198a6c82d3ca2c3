/** `node --import <this file> some.ts` runs TypeScript sources with the path aliases of the repository. */
import { register } from 'node:module';

register('./loader.js', import.meta.url);
process.setSourceMapsEnabled(true);
