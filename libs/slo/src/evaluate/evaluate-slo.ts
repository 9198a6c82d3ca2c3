import { ALERT_POLICY, type AlertPolicy, type AlertState, type AlertStep } from '../alert/alert-state.js';
import { stepAlert } from '../alert/step-alert.js';
import { forecastBudget, type BudgetForecast } from '../budget/budget-forecast.js';
import { errorBudget, keepsPromise, type ErrorBudget } from '../budget/error-budget.js';
import { rulesFor, type Severity } from '../burn/burn-rules.js';
import { silenceLimitMs } from '../burn/detection.js';
import { judgeRule, type RuleJudgement } from '../burn/judge-rule.js';
import type { SloDefinition } from '../definition/slo-definition.js';
import { windowBefore, type CountSeries, type Span } from '../series/count-series.js';
import { totalOf, type Counts } from '../series/counts.js';
import { trendOf, type Trend } from '../trend/trend.js';
import { budgetSignal, burnSignal } from './signals.js';

/** The alerts of one SLO. What burns now and what is left are told apart: a spent budget must not drown a new fire. */
export interface SloAlerts {
  readonly burn: AlertState;
  readonly budget: AlertState;
}

export interface EvaluationInput {
  readonly definition: SloDefinition;
  readonly series: CountSeries;
  /** Up to when the data are complete, ms since the Unix epoch; all replicas take the same. */
  readonly asOf: number;
  /** Of the definition's window, 0 to 1. */
  readonly coverage: number;
  /** When a producer last reported, be it that nothing happened; or when the definition began. */
  readonly heardAt: number;
  /** Spans whose events are dropped. */
  readonly corrections: readonly Span[];
  readonly alerts: SloAlerts;
  /** By default the usual one. */
  readonly policy?: AlertPolicy;
}

/** What is known of one SLO at one moment. */
export interface SloStatus extends Counts {
  readonly id: string;
  readonly revision: number;
  readonly objective: number;
  /** Length of the window, in ms. */
  readonly windowMs: number;
  readonly asOf: number;
  /** Good part of all units of the window; null without any. */
  readonly sli: number | null;
  /** Whether the window keeps the promise; null if the data do not suffice to say. */
  readonly isKept: boolean | null;
  readonly coverage: number;
  readonly budget: ErrorBudget & { readonly forecast: BudgetForecast };
  readonly burn: readonly RuleJudgement[];
  readonly isSilent: boolean;
  /** State of the alert about what burns now. */
  readonly state: AlertState['status'];
  readonly severity: Severity | null;
  readonly trend: Trend;
}

export interface Evaluation {
  readonly status: SloStatus;
  readonly steps: { readonly burn: AlertStep; readonly budget: AlertStep };
}

/** Evaluates one SLO at `asOf`. The same input gives the same output, wherever and however often it runs. */
export function evaluateSlo(input: EvaluationInput): Evaluation {
  const { definition, asOf, coverage, alerts, policy = ALERT_POLICY } = input;
  const series = input.series.without(input.corrections);
  const counts = series.sum(windowBefore(asOf, definition.windowMs));
  const isSilent = asOf - input.heardAt > silenceLimitMs(definition);
  const burn = rulesFor(definition).map((rule) => judgeRule(rule, definition, { series, asOf }));
  const budget = errorBudget(counts, definition, coverage);
  const isSufficient = budget.state !== 'insufficient_data';
  const steps = {
    burn: stepAlert(alerts.burn, burnSignal(burn, asOf, isSilent), policy),
    budget: stepAlert(alerts.budget, budgetSignal(budget, asOf), policy),
  };
  const total = totalOf(counts);
  const status: SloStatus = {
    id: definition.id,
    revision: definition.revision,
    objective: definition.objective,
    windowMs: definition.windowMs,
    asOf,
    ...counts,
    sli: total === 0 ? null : counts.good / total,
    isKept: isSufficient ? keepsPromise(counts, definition) : null,
    coverage,
    budget: {
      ...budget,
      forecast: isSufficient ? forecastBudget(definition, series, asOf) : { kind: 'insufficient_data' },
    },
    burn,
    isSilent,
    state: steps.burn.state.status,
    severity: 'severity' in steps.burn.state ? steps.burn.state.severity : null,
    trend: trendOf(definition, series, asOf),
  };
  return { status, steps };
}
