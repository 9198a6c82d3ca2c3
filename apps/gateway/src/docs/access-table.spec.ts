import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ENDPOINTS } from '../http/endpoints/endpoints.js';

const table = readFileSync(new URL('../../../../docs/access.md', import.meta.url), 'utf8');
const firstCells = table.split('\n').map((line) => line.split('|')[1]?.trim());

it.each(Object.values(ENDPOINTS).map(({ method, path }) => `${method} ${path}`))(
  'docs/access.md has a row for %s',
  (row) => {
    expect(firstCells).toContain(`\`${row}\``);
  },
);
