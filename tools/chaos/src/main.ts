import { setMaxListeners } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@holdfast/testing';
import { check, type Verdict } from './checker/index.js';
import { runMutants } from './mutants/index.js';
import { exitCode, report, summary } from './report/index.js';
import { HELP, parseOptions, type ChaosOptions } from './run/parse-options.js';
import { runSystem } from './run/run-system.js';

const FOLDER = join(repositoryRoot(), '.holdfast/chaos');
const COULD_NOT_RUN = 2;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Aborted by Ctrl-C and its kin: what runs ends in good order. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  setMaxListeners(0, interrupt.signal);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      interrupt.abort(new Error(`stopped by ${name}`));
    });
  }
  return interrupt.signal;
}

async function once(options: ChaosOptions, signal: AbortSignal): Promise<number> {
  const history = options.history ?? join(FOLDER, `seed-${String(options.seed)}.jsonl`);
  mkdirSync(dirname(history), { recursive: true });
  await runSystem({ ...options, history, print, signal });
  const verdict = await check(history);
  print(report(verdict));
  print(`history: ${history}`);
  return exitCode([verdict]);
}

async function mutants({ dist, mutants: names = [] }: ChaosOptions, signal: AbortSignal): Promise<number> {
  mkdirSync(FOLDER, { recursive: true });
  let count = 0;
  return runMutants({
    dist,
    ...(names.length === 0 ? {} : { names }),
    print,
    signal,
    run: async (plan) => {
      const history = join(FOLDER, `mutants-${String(++count)}.jsonl`);
      await runSystem({ ...plan, history, print, signal });
      return history;
    },
  });
}

/** One after the other, because a history may be large. */
async function sumUp(files: readonly string[]): Promise<number> {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new RangeError(`There is no history ${missing}.`);
  const verdicts: Verdict[] = [];
  for (const file of files) verdicts.push(await check(file));
  print(summary(verdicts));
  return exitCode(verdicts);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.summary !== undefined) return sumUp(options.summary);
  const signal = interruption();
  return options.mutants === undefined ? once(options, signal) : mutants(options, signal);
}

let code: number;
try {
  code = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  code = COULD_NOT_RUN;
}
// All is closed. Left to itself, Node waits at its end for requests of sockets that were cut under it, some of which never
// complete: it has been seen to spin there without end.
process.exit(code);
