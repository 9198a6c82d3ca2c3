export { runMutants } from './run-mutants.js';
export type { MutantOptions, SystemRun } from './run-mutants.js';
