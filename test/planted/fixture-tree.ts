import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@holdfast/testing';

/** A small repository in the system's temp folder, shaped like this one; its tools and packages are ours. */
export class FixtureTree {
  private constructor(readonly path: string) {}

  static async create(files: Readonly<Record<string, string>>): Promise<FixtureTree> {
    const tree = new FixtureTree(await mkdtemp(join(tmpdir(), 'holdfast-planted-')));
    await symlink(join(repositoryRoot(), 'node_modules'), join(tree.path, 'node_modules'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(tree.path, name)), { recursive: true });
      await writeFile(join(tree.path, name), text);
    }
    return tree;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
