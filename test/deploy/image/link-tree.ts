import { copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Makes a file or link at `to`, in place of one that is there. */
function place(make: () => void, to: string): void {
  try {
    make();
  } catch {
    rmSync(to, { force: true });
    make();
  }
}

/** What npm writes in place: a link to it would change the tree that it comes from. */
const WRITTEN = '.package-lock.json';

/** Puts a file or folder at `to`, files as hard links: a copy of a hundred thousand files would take its time. */
export function linkTree(from: string, to: string): void {
  const stat = lstatSync(from);
  if (stat.isDirectory()) {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) linkTree(join(from, name), join(to, name));
  } else if (stat.isSymbolicLink()) {
    place(() => {
      symlinkSync(readlinkSync(from), to);
    }, to);
  } else {
    place(() => {
      if (basename(from) === WRITTEN) copyFileSync(from, to);
      else linkSync(from, to);
    }, to);
  }
}
