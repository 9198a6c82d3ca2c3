import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Patch } from './mutant.js';
import { MutantsError } from './mutants.errors.js';

/**
 * The text with the patch applied.
 * @throws MutantsError unless `find` is there exactly once: a defect that is not there would be taken for a missed one
 */
export function patched(text: string, { app, file, find, replace }: Patch): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new MutantsError(`${app}/${file}: ${JSON.stringify(find)} is there ${found} times, not once`);
  return text.replace(find, () => replace);
}

/** Where a patch applies in a built `dist`. */
export function patchedFile(dist: string, { app, file }: Patch): string {
  return join(dist, 'apps', app, file);
}

/** Applies patches to a built `dist`, in place. @throws MutantsError as {@link patched} does */
export async function mutate(dist: string, patches: readonly Patch[]): Promise<void> {
  for (const patch of patches) {
    const file = patchedFile(dist, patch);
    await writeFile(file, patched(await readFile(file, 'utf8'), patch));
  }
}
