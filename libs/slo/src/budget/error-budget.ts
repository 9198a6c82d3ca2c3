import type { Severity } from '../burn/burn-rules.js';
import { budgetOf, type SloDefinition } from '../definition/slo-definition.js';
import { totalOf, type Counts } from '../series/counts.js';

/** Parts of the budget left at which it warns, and at which it is critical. */
export const BUDGET_LEVELS = { warning: 0.25, critical: 0 } as const satisfies Record<Severity, number>;
/** Below this coverage too much is unknown to speak of what is left. */
export const MIN_COVERAGE = 0.9;

export interface ErrorBudget {
  /** Units that may be bad: (1 − objective) × all units of the window. */
  readonly allowed: number;
  /** Units that were bad. */
  readonly consumed: number;
  /** 1 − consumed / allowed: below 0 when overdrawn. Null where the data do not suffice. */
  readonly remaining: number | null;
  readonly state: 'ok' | Severity | 'insufficient_data';
}

/**
 * The budget of a window. `coverage` is the part of the window about which the producers' reports are known, 0 to 1.
 * An allowance below one unit is refused: one bad unit would read as an overdraft of many times the budget.
 */
export function errorBudget(counts: Counts, definition: SloDefinition, coverage: number): ErrorBudget {
  const allowed = budgetOf(definition) * totalOf(counts);
  const consumed = counts.bad;
  // Written so that a coverage that is not a number does not pass.
  if (!(allowed >= 1 && coverage >= MIN_COVERAGE)) {
    return { allowed, consumed, remaining: null, state: 'insufficient_data' };
  }
  const remaining = remainingOf(consumed, allowed);
  return { allowed, consumed, remaining, state: levelOf(remaining) };
}

/** 1 − consumed / allowed; exactly 0 where the two differ by no more than the noise of floating point. */
export function remainingOf(consumed: number, allowed: number): number {
  return Math.abs(consumed - allowed) <= allowed * 1e-9 ? 0 : 1 - consumed / allowed;
}

function levelOf(remaining: number): 'ok' | Severity {
  if (remaining <= BUDGET_LEVELS.critical) return 'critical';
  return remaining <= BUDGET_LEVELS.warning ? 'warning' : 'ok';
}

/** Whether the counts keep the promise; null if nothing happened. */
export function keepsPromise(counts: Counts, definition: SloDefinition): boolean | null {
  const allowed = budgetOf(definition) * totalOf(counts);
  if (allowed === 0) return null;
  const remaining = remainingOf(counts.bad, allowed);
  return definition.comparison === 'above' ? remaining > 0 : remaining >= 0;
}
