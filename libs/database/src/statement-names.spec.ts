import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@holdfast/testing';

const SOURCE = /^[^/]+\/src\/.*(?<!spec)\.ts$/;
const STATEMENT = /\bname: '([a-z0-9_]+)',\s*text:/g;

/** Every statement of the apps and libraries that is written as an object, by name: the files that have it. */
function filesByName(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const folder of ['apps', 'libs']) {
    const root = join(repositoryRoot(), folder);
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => SOURCE.test(path))) {
      for (const [, name = ''] of readFileSync(join(root, file), 'utf8').matchAll(STATEMENT)) {
        found.set(name, [...(found.get(name) ?? []), `${folder}/${file}`]);
      }
    }
  }
  return found;
}

// Postgres prepares a statement once for a connection: of two under one name, whichever comes second fails there.
test('no two statements have one name', () => {
  const found = filesByName();
  expect(found.size).toBeGreaterThan(100);
  expect([...found].filter(([, files]) => files.length > 1)).toEqual([]);
});
