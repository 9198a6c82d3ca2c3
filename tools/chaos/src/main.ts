import { setMaxListeners } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '@holdfast/testing';
import { check } from './checker/index.js';
import { chooseFaults } from './plan/fault-specs.js';
import { exitCode, report } from './report/index.js';
import { runSystem } from './run/run-system.js';

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '2' },
  faults: { type: 'string', default: 'all' },
  rate: { type: 'string', default: '40' },
  history: { type: 'string' },
  dist: { type: 'string' },
} as const;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function numberOf(name: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min) throw new RangeError(`--${name} must be a number from ${String(min)} on`);
  return value;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS, strict: true });
  const seed = numberOf('seed', values.seed, 0);
  const history = resolve(values.history ?? join(repositoryRoot(), '.holdfast/chaos', `seed-${String(seed)}.jsonl`));
  mkdirSync(dirname(history), { recursive: true });
  const interrupt = new AbortController();
  setMaxListeners(0, interrupt.signal);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      interrupt.abort(new Error(`stopped by ${name}`));
    });
  }
  await runSystem({
    dist: resolve(values.dist ?? join(repositoryRoot(), 'dist')),
    seed,
    minutes: numberOf('minutes', values.minutes, 0.1),
    faults: chooseFaults(values.faults),
    rate: numberOf('rate', values.rate, 1),
    history,
    print,
    signal: interrupt.signal,
  });
  const verdict = await check(history);
  print(report(verdict));
  print(`history: ${history}`);
  return exitCode([verdict]);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
