export { formatOpenSlo } from './format-open-slo.js';
export { parseOpenSlo, type OpenSloReading } from './parse-open-slo.js';
export type { OpenSloProblem, OpenSloRule } from './problem.js';
