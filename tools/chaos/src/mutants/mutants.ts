import { LOG_MUTANTS } from './table/log-mutants.js';
import { RUN_MUTANTS } from './table/run-mutants.js';
import { SERVICE_MUTANTS } from './table/service-mutants.js';
import type { Mutant } from './mutant.js';

/** Every deliberate defect. Each must be caught by its named invariant; that others see it as well does not matter. */
export const MUTANTS: readonly Mutant[] = [...LOG_MUTANTS, ...RUN_MUTANTS, ...SERVICE_MUTANTS];

/** @throws RangeError that names the one of `names` that is no mutant */
export function chooseMutants(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (unknown === undefined) return names;
  throw new RangeError(`There is no mutant "${unknown}": npm run chaos -- --help lists them.`);
}
