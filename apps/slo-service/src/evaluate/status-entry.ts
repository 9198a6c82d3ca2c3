import type { SloStatusEntry } from '@holdfast/contracts';
import type { AlertState, BudgetForecast, Evaluation } from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import type { AlertKind } from './alert-notices.js';

const iso = (at: number) => new Date(at).toISOString();

/** What is stored of an evaluation, and shown. */
export function toStatusEntry(definition: CurrentDefinition, { status, steps }: Evaluation): SloStatusEntry {
  const { budget, burn, trend } = status;
  const { title, service, unit } = definition;
  return {
    id: status.id,
    revision: status.revision,
    title,
    service,
    unit,
    objective: status.objective,
    windowMs: status.windowMs,
    asOf: iso(status.asOf),
    sli: status.sli,
    isKept: status.isKept,
    good: status.good,
    bad: status.bad,
    excluded: status.excluded,
    coverage: status.coverage,
    budget: {
      allowed: budget.allowed,
      consumed: budget.consumed,
      remaining: budget.remaining,
      state: budget.state,
      forecast: { kind: budget.forecast.kind, at: atOf(budget.forecast) },
    },
    burn: burn.map(({ id: rule, severity, threshold, longBurn, shortBurn, isEvidence, verdict }) => ({
      rule,
      severity,
      threshold,
      longBurn,
      shortBurn,
      isEvidence,
      verdict,
    })),
    isSilent: status.isSilent,
    alerts: [toAlert('burn', steps.burn.state), toAlert('budget', steps.budget.state)],
    trend: { label: trend.label, slope: trend.slope, p: trend.p, budgetPoints: trend.budgetPoints, n: trend.n },
  };
}

function atOf(forecast: BudgetForecast): string | null {
  if (forecast.kind === 'exhausts') return iso(forecast.at);
  if (forecast.kind === 'exhausted' && forecast.returnsAt !== null) return iso(forecast.returnsAt);
  return null;
}

function toAlert(kind: AlertKind, state: AlertState): SloStatusEntry['alerts'][number] {
  return {
    kind,
    state: state.status,
    severity: 'severity' in state ? state.severity : null,
    since: 'since' in state ? iso(state.since) : null,
    rules: 'rules' in state ? state.rules.map(({ id }) => id) : [],
    isFrozen: 'isFrozen' in state && state.isFrozen,
  };
}
