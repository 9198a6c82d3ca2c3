import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { configurationPage, environmentExample } from './documents.js';

const root = new URL('../../../', import.meta.url);

describe('the documents of the configuration', () => {
  it.each([
    ['.env.example', environmentExample],
    ['docs/configuration.md', configurationPage],
  ])('%s is what the declarations say; else run `npm run docs:env`', async (file, current) => {
    expect(await readFile(new URL(file, root), 'utf8')).toBe(current());
  });

  it('tell the accepted values and never a value of a secret', () => {
    const page = configurationPage();
    expect(page).toContain('| `HOLDFAST_ENV` |');
    expect(page).toContain('development, test, staging, production');
    expect(page).toMatch(/`LIMIT_BODY_BYTES` .*\| 1 to 262144 \| 32768 \|/);
    expect(page).toMatch(/`DATABASE_URL` .*Secret\. \| {2}\| \*\*required\*\* \|/);
  });
});
