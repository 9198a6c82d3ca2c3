import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@holdfast/testing';
import { MUTANTS } from './mutants.js';
import { patched, patchedFile } from './mutate.js';

/** Code changes; a mutant whose place is gone would be found only when somebody runs all of them. */
describe('every mutant', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s still applies', async (_name, { patches }) => {
    const texts = new Map<string, string>();
    for (const patch of patches) {
      const file = patchedFile(join(repositoryRoot(), 'dist'), patch);
      texts.set(file, patched(texts.get(file) ?? (await readFile(file, 'utf8')), patch));
    }
    expect(texts.size).toBeGreaterThan(0);
  });
});
