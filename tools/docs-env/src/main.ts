import { writeFile } from 'node:fs/promises';
import { configurationPage, environmentExample } from './documents.js';

/** `npm run docs:env`: writes what libs/config declares where operators look for it. */
const root = new URL('../../../', import.meta.url);
await writeFile(new URL('.env.example', root), environmentExample());
await writeFile(new URL('docs/configuration.md', root), configurationPage());
