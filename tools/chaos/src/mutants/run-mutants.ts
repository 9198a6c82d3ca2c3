import { check, INVARIANT_NAMES, type InvariantName, type Verdict } from '../checker/index.js';
import { table } from '../report/table.js';
import { DistCopy } from './dist-copy.js';
import type { Mutant, Scenario } from './mutant.js';
import { MUTANTS } from './mutants.js';
import { MutantsError } from './mutants.errors.js';
import { mutate } from './mutate.js';

/** One run of the system, without an end of its own before its time. */
export interface SystemRun extends Scenario {
  /** A built `dist`; its packages are found from there. */
  readonly dist: string;
  readonly seed: number;
}

export interface MutantOptions {
  /** The built `dist` that mutants are copies of. */
  readonly dist: string;
  /** Only these mutants; all of them, and the control, if absent. */
  readonly names?: readonly string[];
  /** Ends the series. */
  readonly signal: AbortSignal;
  /** Runs the system and answers the path of its complete history. */
  readonly run: (plan: SystemRun) => Promise<string>;
  /** Where the results are told, a line at a time. */
  readonly print: (line: string) => void;
}

interface Result {
  readonly name: string;
  readonly expected: InvariantName | 'none';
  readonly caughtBy: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Faults hit by chance: a defect that one seed does not bring to light gets another. */
const SEEDS = [1, 2, 3, 4] as const;

/** The system as it is, under the faults of the mutants: whatever is seen here is not seen because of a defect. */
const CONTROL: Scenario = {
  minutes: 1,
  faults: [...new Set(MUTANTS.flatMap(({ scenario }) => scenario.faults))],
  rate: 40,
};

/**
 * Runs each deliberate defect through the system, one after the other, and the system without one. Answers 0 if each
 * defect was caught by its named invariant and the control by none, else 1. A run that could not be made is told in the
 * row of its mutant, and the next one goes on.
 */
export async function runMutants(given: MutantOptions): Promise<0 | 1> {
  // A series takes most of an hour, in which the original may be built anew.
  const original = await DistCopy.of(given.dist);
  try {
    return await runSeries({ ...given, dist: original.dist });
  } finally {
    await original.dispose();
  }
}

async function runSeries(options: MutantOptions): Promise<0 | 1> {
  const { names, print } = options;
  const results: Result[] = [];
  if (names === undefined) results.push(told(await runControl(options), print));
  for (const mutant of MUTANTS) {
    if (names?.includes(mutant.name) === false) continue;
    results.push(told(await runMutant(mutant, options), print));
  }
  const rows = results.map(({ name, expected, caughtBy, seconds, passed }) => [
    name,
    expected,
    caughtBy,
    seconds.toFixed(0),
    passed ? 'yes' : 'NO',
  ]);
  print(`\n${table(['mutant', 'invariant expected', 'caught by', 'seconds', 'as expected'], rows, false)}`);
  const missed = results.filter(({ passed }) => !passed);
  print(missed.length === 0 ? '\nnone survived' : `\nNOT AS EXPECTED: ${missed.map(({ name }) => name).join(', ')}`);
  return missed.length === 0 ? 0 : 1;
}

async function runControl(options: MutantOptions): Promise<Result> {
  const startedAt = performance.now();
  const seen: string[] = [];
  let passed = false;
  for (const seed of SEEDS) {
    const verdict = await judge(options, { dist: options.dist, seed, ...CONTROL });
    seen.push(typeof verdict === 'string' ? verdict : namesOf(verdict) + invalidityOf(verdict));
    if (typeof verdict === 'string') continue;
    passed = verdict.violations.length === 0 && verdict.invalid.length === 0;
    break;
  }
  return { name: 'control', expected: 'none', caughtBy: seen.join(' / '), passed, seconds: secondsSince(startedAt) };
}

async function runMutant(mutant: Mutant, options: MutantOptions): Promise<Result> {
  const startedAt = performance.now();
  const copy = await DistCopy.of(options.dist);
  const seen: string[] = [];
  let passed = false;
  try {
    await mutate(copy.dist, mutant.patches);
    for (const seed of SEEDS) {
      const verdict = await judge(options, { dist: copy.dist, seed, ...mutant.scenario });
      seen.push(typeof verdict === 'string' ? verdict : namesOf(verdict));
      passed = typeof verdict !== 'string' && isCaught(mutant, verdict);
      if (passed) break;
    }
  } catch (error) {
    if (!(error instanceof MutantsError)) throw error;
    seen.push(tellFailure(error, options));
  } finally {
    await copy.dispose();
  }
  const seconds = secondsSince(startedAt);
  return { name: mutant.name, expected: mutant.invariant, caughtBy: seen.join(' / '), passed, seconds };
}

/** What a run shows; in words, if it could not be made: then nothing is known, and another seed has its turn. */
async function judge(options: MutantOptions, plan: SystemRun): Promise<Verdict | string> {
  try {
    return await check(await options.run(plan));
  } catch (error) {
    options.signal.throwIfAborted();
    return tellFailure(error, options);
  }
}

function tellFailure(error: unknown, { print }: MutantOptions): string {
  print(`could not run: ${error instanceof Error ? error.message : String(error)}`);
  return 'could not run';
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}

function invalidityOf({ invalid }: Verdict): string {
  return invalid.length > 0 ? ` (invalid: ${invalid.join('; ')})` : '';
}

function isCaught({ invariant, tells = '' }: Mutant, { violations }: Verdict): boolean {
  return violations.some((violation) => violation.invariant === invariant && violation.what.includes(tells));
}

function namesOf({ violationCounts }: Verdict): string {
  const names = INVARIANT_NAMES.filter((name) => violationCounts[name] > 0);
  return names.length === 0 ? 'nobody' : names.map((name) => `${name} ${violationCounts[name]}`).join(', ');
}

function told(result: Result, print: (line: string) => void): Result {
  const { name, expected, caughtBy, passed, seconds } = result;
  print(`${passed ? 'ok  ' : 'MISS'} ${name}: expected ${expected}, caught by ${caughtBy}, ${seconds.toFixed(0)} s`);
  return result;
}
