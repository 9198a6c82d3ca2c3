import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { INVARIANT_NAMES } from '../checker/index.js';
import { FAULT_SPECS } from '../plan/fault-specs.js';
import { DistCopy } from './dist-copy.js';
import { MUTANTS } from './mutants.js';
import { mutate, patched } from './mutate.js';

const patch = { app: 'gateway', file: 'a.js', find: 'x = $1;', replace: 'x = $&;' } as const;

describe('a patch', () => {
  it('applies where its place is there once, to the letter', () => {
    expect(patched('let x = $1; y', patch)).toBe('let x = $&; y');
  });

  it('is refused where its place is missing or there twice', () => {
    expect(() => patched('nothing', patch)).toThrow('is there 0 times');
    expect(() => patched('x = $1; x = $1;', patch)).toThrow('is there 2 times');
  });
});

describe('a mutant', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-mutate-'));
    await mkdir(join(root, 'dist/apps/gateway'), { recursive: true });
    await writeFile(join(root, 'dist/apps/gateway/a.js'), 'x = $1;');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('is a copy: the original stays as it is, and nothing is left behind', async () => {
    const copy = await DistCopy.of(join(root, 'dist'));
    const read = (dist: string) => readFile(join(dist, 'apps/gateway/a.js'), 'utf8');
    await mutate(copy.dist, [patch]);
    expect(await read(copy.dist)).toBe('x = $&;');
    expect(await read(join(root, 'dist'))).toBe('x = $1;');
    await copy.dispose();
    await expect(read(copy.dist)).rejects.toThrow('ENOENT');
  });
});

describe('the mutants', () => {
  it('have names of their own, and every invariant has one', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(new Set(MUTANTS.map(({ invariant }) => invariant))).toEqual(new Set(INVARIANT_NAMES));
  });

  it('use faults that exist', () => {
    const known = FAULT_SPECS.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(MUTANTS.flatMap(({ scenario }) => [...scenario.faults])));
  });
});
