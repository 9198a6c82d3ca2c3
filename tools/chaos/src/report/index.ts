import type { Verdict } from '../checker/index.js';

export { report } from './run-report.js';
export { summary } from './summary.js';

/** 0 if there are runs, all of them valid, and no promise was broken; else 1. */
export function exitCode(verdicts: readonly Verdict[]): 0 | 1 {
  const isGood = ({ invalid, violations }: Verdict) => invalid.length + violations.length === 0;
  return verdicts.length > 0 && verdicts.every(isGood) ? 0 : 1;
}
