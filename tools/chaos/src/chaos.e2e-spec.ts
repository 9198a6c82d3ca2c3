import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanEnvironment, ManagedProcess, repositoryRoot, sourceArguments } from '@holdfast/testing';
import { check, type Verdict } from './checker/index.js';

/** A plan in which everything that can be hit is hit, most of it twice. */
const SEED = '27';
const RUN_MS = 330_000;

const CLASSES: Readonly<Record<string, RegExp>> = {
  'processes killed': /^kill-(gateway|worker|slo)$/,
  'processes frozen': /^stop-/,
  'processes asked to leave': /^term-/,
  'Redis lost': /^(kill|empty|pause)-redis$/,
  'Postgres lost': /^(kill|pause|readonly)-postgres$/,
  'links to Redis disturbed': /^(latency|jitter|bandwidth|reset|half-open|partition|one-way)-redis$/,
  'links to Postgres disturbed': /^(latency|jitter|bandwidth|reset|half-open|partition|one-way)-postgres$/,
  'links to clients disturbed': /^(latency|jitter|bandwidth|reset|half-open|partition|one-way)-clients$/,
};

describe('two minutes of chaos', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
  const history = join(folder, 'history.jsonl');
  let verdict: Verdict;
  let output = '';

  beforeAll(async () => {
    const args = sourceArguments('tools/chaos/src/main.ts');
    const chaos = new ManagedProcess({
      name: 'chaos',
      command: process.execPath,
      args: [...args, '--seed', SEED, '--minutes', '2', '--rate', '30', '--history', history],
      cwd: repositoryRoot(),
      env: cleanEnvironment(),
    });
    const late = setTimeout(() => chaos.signal('SIGTERM'), RUN_MS);
    await chaos.exited;
    clearTimeout(late);
    output = chaos.output();
    verdict = await check(history).catch((cause: unknown) => {
      throw new Error(`there is no history to judge:\n${output}`, { cause });
    });
  }, RUN_MS + 30_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('breaks no promise, and proves it', () => {
    const { invalid, violations } = verdict;
    expect({
      invalid,
      violations: violations.map(({ invariant, what, subject }) => ({ invariant, what, subject })),
    }).toEqual({ invalid: [], violations: [] });
  });

  it.each(Object.entries(CLASSES))('has %s', (_, names) => {
    const hits = verdict.faults
      .filter(({ name }) => names.test(name))
      .reduce((sum, { effective }) => sum + effective, 0);
    expect(hits).toBeGreaterThanOrEqual(1);
  });

  it('has people at work', () => {
    expect(verdict.acknowledged).toBeGreaterThan(500);
  });
});
