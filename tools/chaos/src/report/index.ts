import type { Verdict } from '../checker/verdict.js';

/** What a run showed, for a terminal: figures, the table of faults, and for each violation its proof and its replay. */
export function report(verdict: Verdict): string {
  return `seed ${String(verdict.seed)}`;
}

/** The same of several runs together, as Markdown for docs/reliability.md. */
export function summary(verdicts: readonly Verdict[]): string {
  return `${String(verdicts.length)} runs`;
}

/** 0 if the runs are valid and no promise was broken, else 1. */
export function exitCode(verdicts: readonly Verdict[]): 0 | 1 {
  return verdicts.every(({ invalid, violations }) => invalid.length + violations.length === 0) ? 0 : 1;
}
