import { LOG_MUTANTS } from './table/log-mutants.js';
import { RUN_MUTANTS } from './table/run-mutants.js';
import { SERVICE_MUTANTS } from './table/service-mutants.js';
import type { Mutant } from './mutant.js';

/** Every deliberate defect. Each must be caught by its named invariant; that others see it as well does not matter. */
export const MUTANTS: readonly Mutant[] = [...LOG_MUTANTS, ...RUN_MUTANTS, ...SERVICE_MUTANTS];
