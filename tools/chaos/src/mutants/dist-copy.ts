import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a built app needs beside `dist`. */
const NEIGHBOURS = ['node_modules', 'package.json', 'docs', 'README.md', 'ARCHITECTURE.md'];

/** A copy of a built `dist` that may be changed; its packages are those of the original. */
export class DistCopy {
  private constructor(private readonly folder: string) {}

  static async of(dist: string): Promise<DistCopy> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-mutant-'));
    const copy = new DistCopy(folder);
    try {
      const origin = dirname(await realpath(dist));
      await cp(dist, copy.dist, { recursive: true });
      await Promise.all(NEIGHBOURS.map((name) => symlink(join(origin, name), join(folder, name))));
      return copy;
    } catch (error) {
      await copy.dispose();
      throw error;
    }
  }

  get dist(): string {
    return join(this.folder, 'dist');
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
