import type { RuleRef, Signal } from '../alert/alert-state.js';
import { BUDGET_LEVELS, type ErrorBudget } from '../budget/error-budget.js';
import { SEVERITIES } from '../burn/burn-rules.js';
import type { RuleJudgement } from '../burn/judge-rule.js';

/** What the burn rules say to the alert. */
export function burnSignal(judgements: readonly RuleJudgement[], at: number, isSilent: boolean): Signal {
  if (isSilent) return { kind: 'no_data', at };
  return {
    kind: 'measured',
    at,
    breached: judgements.filter(({ verdict }) => verdict === 'breached').map(({ id, severity }) => ({ id, severity })),
    clear: judgements.filter(({ verdict }) => verdict === 'clear').map(({ id }) => id),
  };
}

/** Part of the budget that has to be back above a level before its alert may end. */
const HYSTERESIS = 0.02;

/** What the budget says to its alert. */
export function budgetSignal({ remaining }: ErrorBudget, at: number): Signal {
  if (remaining === null) return { kind: 'insufficient_data', at };
  const rules = SEVERITIES.map((severity) => ({ id: `budget-${severity}`, severity, level: BUDGET_LEVELS[severity] }));
  const breached: RuleRef[] = rules
    .filter(({ level }) => remaining <= level)
    .map(({ id, severity }) => ({ id, severity }));
  const clear = rules.filter(({ level }) => remaining > level + HYSTERESIS).map(({ id }) => id);
  return { kind: 'measured', at, breached, clear };
}
