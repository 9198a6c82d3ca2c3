export { runMutants } from './run-mutants.js';
