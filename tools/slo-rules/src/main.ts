import { mkdir, writeFile } from 'node:fs/promises';
import { DIRECTORY, FILES } from './files.js';

/** `npm run slo:rules`: writes the rules of the default SLOs, and promtool's tests of them. */
const directory = new URL(`../../../${DIRECTORY}`, import.meta.url);
await mkdir(directory, { recursive: true });
for (const [name, text] of Object.entries(FILES)) await writeFile(new URL(name, directory), text);
