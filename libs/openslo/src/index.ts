export { formatOpenSlo } from './format-open-slo.js';
export { parseOpenSlo, MAX_OPENSLO_BYTES, type OpenSloReading } from './parse-open-slo.js';
export { OPENSLO_RULES, type OpenSloProblem, type OpenSloRule } from './problem.js';
