import { budgetOf, type SloDefinition } from '../definition/slo-definition.js';
import { DAY, HOUR, MINUTE } from '../time.js';

export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Fires while the error ratio of both windows is at or above a threshold. */
export interface BurnRule {
  readonly id: string;
  readonly severity: Severity;
  /** Shows that it matters. */
  readonly longMs: number;
  /** Shows that it still goes on; what lets an alert end soon after its cause. */
  readonly shortMs: number;
  /** Part of the period's budget that a long window of exactly the threshold uses up; null: the cap alone decides. */
  readonly budgetShare: number | null;
  /** Most that the threshold may be, as an error ratio. */
  readonly cap: number;
}

/**
 * Windows and shares of fast, slow and ticket-slow: Google, The Site Reliability Workbook, chapter 5, "Alerting on SLOs"
 * (2 % in 1 h, 5 % in 6 h, 10 % in 3 d); ticket-fast is its usual addition.
 *
 * The caps and `outage` are ours. A burn rate cannot exceed 1 / (1 − objective): at an objective of 90 % that is 10, and
 * the Workbook's 14.4 would never fire; a total outage would be paged after 3.6 h by the 6 h rule.
 */
export const BURN_RULES = [
  { id: 'outage', severity: 'critical', longMs: 15 * MINUTE, shortMs: 3 * MINUTE, budgetShare: null, cap: 0.5 },
  { id: 'fast', severity: 'critical', longMs: HOUR, shortMs: 5 * MINUTE, budgetShare: 0.02, cap: 0.5 },
  { id: 'slow', severity: 'critical', longMs: 6 * HOUR, shortMs: 30 * MINUTE, budgetShare: 0.05, cap: 0.3 },
  { id: 'ticket-fast', severity: 'warning', longMs: DAY, shortMs: 2 * HOUR, budgetShare: 0.1, cap: 0.2 },
  { id: 'ticket-slow', severity: 'warning', longMs: 3 * DAY, shortMs: 6 * HOUR, budgetShare: 0.1, cap: 0.2 },
] as const satisfies readonly BurnRule[];

type Period = Pick<SloDefinition, 'objective' | 'windowMs'>;

/** The rules whose long window is shorter than the period. */
export function rulesFor({ windowMs }: Period): BurnRule[] {
  return BURN_RULES.filter(({ longMs }) => longMs < windowMs);
}

/** How many times faster than allowed: share × period / long window, at least 1. It is 14.4 for `fast` over 30 d. */
export function burnFactor(rule: BurnRule, { windowMs }: Period): number {
  return rule.budgetShare === null ? Infinity : Math.max(1, (rule.budgetShare * windowMs) / rule.longMs);
}

/**
 * Error ratio at which the rule fires: min(factor × budget, cap). Always below 1, so that a total outage fires every
 * rule, and never below the budget: where the cap would be (objectives under 80 %), the budget itself is the threshold,
 * because what keeps the promise is no alert.
 */
export function thresholdOf(rule: BurnRule, period: Period): number {
  const budget = budgetOf(period);
  return Math.max(budget, Math.min(burnFactor(rule, period) * budget, rule.cap));
}
