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
 * defect was caught by its named invariant and the control by none, else 1.
 */
export async function runMutants(options: MutantOptions): Promise<0 | 1> {
  const { names, print } = options;
  const unknown = names?.find((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new MutantsError(`there is no mutant ${unknown}`);
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

async function runControl({ dist, run }: MutantOptions): Promise<Result> {
  const startedAt = performance.now();
  const verdict = await check(await run({ dist, seed: SEEDS[0], ...CONTROL }));
  const caughtBy = namesOf(verdict);
  const seconds = (performance.now() - startedAt) / 1_000;
  const passed = verdict.violations.length === 0 && verdict.invalid.length === 0;
  const invalid = verdict.invalid.length > 0 ? ` (invalid: ${verdict.invalid.join('; ')})` : '';
  return { name: 'control', expected: 'none', caughtBy: caughtBy + invalid, passed, seconds };
}

async function runMutant(mutant: Mutant, { dist, run }: MutantOptions): Promise<Result> {
  const startedAt = performance.now();
  const copy = await DistCopy.of(dist);
  const seen: string[] = [];
  let passed = false;
  try {
    await mutate(copy.dist, mutant.patches);
    for (const seed of SEEDS) {
      const verdict = await check(await run({ dist: copy.dist, seed, ...mutant.scenario }));
      seen.push(namesOf(verdict));
      passed = isCaught(mutant, verdict);
      if (passed) break;
    }
  } finally {
    await copy.dispose();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { name: mutant.name, expected: mutant.invariant, caughtBy: seen.join(' / '), passed, seconds };
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
