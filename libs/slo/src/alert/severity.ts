import { SEVERITIES, type Severity } from '../burn/burn-rules.js';
import type { RuleRef } from './alert-state.js';

/** Whether `a` is above `b`; nothing is below every severity. */
export function isAbove(a: Severity | null, b: Severity | null): boolean {
  return rank(a) > rank(b);
}

/** The highest severity among the rules; null of none. */
export function highest(rules: readonly RuleRef[]): Severity | null {
  return rules.reduce<Severity | null>((top, { severity }) => (isAbove(severity, top) ? severity : top), null);
}

function rank(severity: Severity | null): number {
  return severity === null ? -1 : SEVERITIES.indexOf(severity);
}
