import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MUTANTS } from './mutants.js';
import { patchedFile } from './mutate.js';
import { runMutants, type MutantOptions } from './run-mutants.js';

const NAMES = ['wrong-seq', 'text-altered'];

describe('a series of mutants', () => {
  let root: string;
  let printed: string[];
  const stop = new AbortController();
  const options = (run: MutantOptions['run'], names: readonly string[] = NAMES): MutantOptions => {
    const print = (line: string) => void printed.push(line);
    return { dist: join(root, 'dist'), names, signal: stop.signal, run, print };
  };

  beforeEach(async () => {
    printed = [];
    root = await mkdtemp(join(tmpdir(), 'holdfast-series-'));
    for (const { name, patches } of MUTANTS) {
      if (!NAMES.includes(name)) continue;
      for (const patch of patches) {
        const file = patchedFile(join(root, 'dist'), patch);
        await mkdir(join(file, '..'), { recursive: true });
        await writeFile(file, patch.find);
      }
    }
  });
  afterEach(() => rm(root, { recursive: true }));

  it('goes on behind one that cannot start, gives it every seed, and fails in the end', async () => {
    const seeds: number[] = [];
    const run: MutantOptions['run'] = ({ seed }) => {
      seeds.push(seed);
      return Promise.reject(new Error('gateway-1: ended 3 times before it was ready'));
    };
    expect(await runMutants(options(run))).toBe(1);
    expect(seeds).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(printed).toContain('could not run: gateway-1: ended 3 times before it was ready');
    expect(printed.at(-1)).toContain(`NOT AS EXPECTED: ${NAMES.join(', ')}`);
  });

  it('tells a mutant that no longer applies in its row', async () => {
    for (const patch of MUTANTS.filter(({ name }) => name === 'wrong-seq').flatMap(({ patches }) => patches)) {
      await writeFile(patchedFile(join(root, 'dist'), patch), 'other code');
    }
    expect(await runMutants(options(() => Promise.reject(new Error('no run')), ['wrong-seq']))).toBe(1);
    expect(printed.find((line) => line.startsWith('MISS'))).toContain(
      'wrong-seq: expected order, caught by could not run',
    );
  });

  it('ends when it is stopped', async () => {
    const aborting = new AbortController();
    const run: MutantOptions['run'] = () => {
      aborting.abort(new Error('stopped by SIGINT'));
      return Promise.reject(new Error('a run that was stopped'));
    };
    await expect(runMutants({ ...options(run), signal: aborting.signal })).rejects.toThrow('stopped by SIGINT');
  });
});
