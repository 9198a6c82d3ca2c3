import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of the repository: the nearest one above this file that has a lock file of npm. */
export function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package-lock.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('The repository of Holdfast was not found above this file.');
    folder = parent;
  }
  return folder;
}
