import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '@holdfast/testing';
import { chooseMutants, MUTANTS } from '../mutants/mutants.js';
import { chooseFaults, FAULT_SPECS } from '../plan/fault-specs.js';

const WIDTH = 120;
const INDENT = ' '.repeat(4);

export const HELP = `Runs Holdfast in real processes, breaks things, and checks what people were told against what is true.

  npm run chaos -- [options]

  --seed <n>        Everything that is decided by chance follows from it; default 1.
  --minutes <m>     How long load and faults go on; healing and quiet come on top. Default 2.
  --faults <names>  all, none, or names and beginnings of names, such as kill,latency-redis. Default all.
  --rate <n>        Operations a second; default 40.
  --history <file>  Where the history is written; default .holdfast/chaos/seed-<n>.jsonl.
  --dist <folder>   Built apps to run, with a node_modules next to it; default dist.
  --mutants [names] Prove the checker: build each deliberate defect into a copy and see it caught; all, or names.
  --summary <files> Judge histories that are there, and print what they show together, as Markdown.
  --help            Show this text.

It ends with 0 if no promise was broken, with 1 if one was, and with 2 if it could not run.

Faults:
${lines(FAULT_SPECS)}

Mutants:
${lines(MUTANTS)}
`;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '2' },
  faults: { type: 'string', default: 'all' },
  rate: { type: 'string', default: '40' },
  history: { type: 'string' },
  dist: { type: 'string' },
  mutants: { type: 'boolean', default: false },
  summary: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface ChaosOptions {
  readonly help: boolean;
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly string[];
  readonly rate: number;
  /** Absent: one named by the seed. */
  readonly history: string | undefined;
  readonly dist: string;
  /** Absent: no mutants; empty: all. */
  readonly mutants: readonly string[] | undefined;
  /** Histories to sum up instead of a run; absent: none. */
  readonly summary: readonly string[] | undefined;
}

/** @throws Error that names what is wrong */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const { values, positionals } = parse(args);
  const [stray] = positionals;
  if (values.summary && stray === undefined) throw new RangeError('--summary needs histories.');
  if (stray !== undefined && !values.mutants && !values.summary) throw new RangeError(`"${stray}" is no option.`);
  return {
    help: values.help,
    seed: numberOf('seed', values.seed, 0),
    minutes: numberOf('minutes', values.minutes, 0.1),
    faults: chooseFaults(values.faults),
    rate: numberOf('rate', values.rate, 1),
    history: values.history === undefined ? undefined : resolve(values.history),
    dist: resolve(values.dist ?? join(repositoryRoot(), 'dist')),
    mutants: values.mutants ? chooseMutants(positionals.flatMap((names) => names.split(','))) : undefined,
    summary: values.summary ? positionals.map((file) => resolve(file)) : undefined,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (cause) {
    const [what = ''] = (cause as Error).message.split('. ');
    throw new RangeError(`${what}: npm run chaos -- --help lists the options.`, { cause });
  }
}

/** The names, as many on a line as fit. */
function lines(named: readonly { readonly name: string }[]): string {
  const [first = '', ...others] = named.map(({ name }) => name);
  const filled = [INDENT + first];
  for (const name of others) {
    const last = `${filled.at(-1) ?? ''}, ${name}`;
    if (last.length < WIDTH) filled.splice(-1, 1, last);
    else filled.push(INDENT + name);
  }
  return filled.join('\n');
}

function numberOf(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= min) return value;
  throw new RangeError(`--${name} must be a number from ${String(min)} on, not "${text}".`);
}
