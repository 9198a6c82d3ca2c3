import {
  isAbove,
  TRANSITIONS,
  type AlertState,
  type AlertStep,
  type Evaluation,
  type Severity,
  type SloAlerts,
} from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import type { AlertNotice } from '../delivery/alert-notice.js';

export type AlertKind = keyof SloAlerts;

/** What people were last told of an alert; null: nothing, or its end. */
export interface Told {
  readonly severity: Severity;
  readonly incident: string;
}

export type ToldOf = Readonly<Record<AlertKind, Told | null>>;

export const NOTHING_TOLD: ToldOf = { burn: null, budget: null };

/** What the history keeps of a step. */
export interface AlertEvent {
  readonly kind: AlertKind;
  readonly incident: string;
  readonly transition: string;
  readonly severity: Severity | null;
  readonly rules: readonly string[];
}

/** Names an incident: stable from its first firing to its end, reopenings included. */
function incidentOf(slo: string, kind: AlertKind, state: AlertState): string {
  const incident = 'incident' in state ? state.incident : undefined;
  return `${slo}/${kind}/${String(incident?.startedAt ?? state.at)}`;
}

export function eventOf(slo: string, kind: AlertKind, { state, transition }: AlertStep): AlertEvent | undefined {
  if (transition === null) return undefined;
  return {
    kind,
    incident: incidentOf(slo, kind, state),
    transition,
    severity: 'severity' in state ? state.severity : null,
    rules: 'rules' in state ? state.rules.map(({ id }) => id) : [],
  };
}

export interface NoticeContext {
  readonly definition: CurrentDefinition;
  readonly evaluation: Evaluation;
  readonly told: ToldOf;
  /** Burn alerts of the SLOs that explain this one. */
  readonly explaining: readonly AlertState[];
}

export interface Telling {
  readonly told: ToldOf;
  readonly notices: readonly AlertNotice[];
}

/**
 * What people have to be told: the difference between what they know and what is. By the state and not by the transition,
 * so that an alert which was inhibited is told of once nothing explains it any more.
 */
export function noticesFor(context: NoticeContext): Telling {
  const { steps } = context.evaluation;
  const burn = telling(context, 'burn', steps.burn);
  const budget = telling(context, 'budget', steps.budget);
  return {
    told: { burn: burn.told, budget: budget.told },
    notices: [burn.notice, budget.notice].filter((notice) => notice !== undefined),
  };
}

/**
 * Whether somebody is told of what explains it, or soon will be: nobody needs to be told twice. Only by what is as severe,
 * because a warning wakes nobody; and by what is not yet confirmed, because both began at the same moment and which of
 * them is judged first is chance. One that is withdrawn explains nothing at the next evaluation.
 */
function isExplained(severity: Severity, explaining: readonly AlertState[]): boolean {
  return explaining.some((other) => 'severity' in other && !isAbove(severity, other.severity));
}

function telling(
  context: NoticeContext,
  kind: AlertKind,
  step: AlertStep,
): { readonly told: Told | null; readonly notice?: AlertNotice } {
  const { state, transition } = step;
  const known = context.told[kind];
  if (state.status === 'firing') {
    const incident = incidentOf(context.definition.id, kind, state);
    const isNews = known?.severity !== state.severity || known.incident !== incident;
    if (!isNews || isExplained(state.severity, context.explaining)) return { told: known };
    const told = { severity: state.severity, incident };
    return { told, notice: notice(context, kind, { ...told, action: 'trigger', transition: transition ?? 'fired' }) };
  }
  // A reopening is not yet an end, and what was never told needs none.
  if (known === null || state.status === 'pending') return { told: known };
  return { told: null, notice: notice(context, kind, { ...known, action: 'resolve', transition: 'resolved' }) };
}

function notice(
  { definition, evaluation }: NoticeContext,
  kind: AlertKind,
  change: Told & Pick<AlertNotice, 'action' | 'transition'>,
): AlertNotice {
  const { status, steps } = evaluation;
  const state = steps[kind].state;
  const meaning = TRANSITIONS[change.transition as keyof typeof TRANSITIONS].meaning;
  const { sli, budget, burn, trend, asOf } = status;
  return {
    slo: definition.id,
    title: definition.title,
    service: definition.service,
    kind,
    ...change,
    at: asOf,
    summary: `${definition.title}: ${summaryOf(kind, change.action, status)} (${meaning})`,
    detail: {
      objective: definition.objective,
      sli,
      good: status.good,
      bad: status.bad,
      budgetRemaining: budget.remaining,
      rules: 'rules' in state ? state.rules.map(({ id }) => id) : [],
      burn: Object.fromEntries(burn.map(({ id, longBurn }) => [id, longBurn])),
      trend: trend.label,
    },
  };
}

function summaryOf(kind: AlertKind, action: AlertNotice['action'], status: Evaluation['status']): string {
  if (action === 'resolve') return 'all clear';
  if (kind === 'budget') {
    const { remaining } = status.budget;
    return remaining === null
      ? 'the error budget is low'
      : `${(remaining * 100).toFixed(1)} % of the error budget is left`;
  }
  if (status.isSilent) return 'no data';
  const [worst] = status.burn.filter(({ verdict }) => verdict === 'breached');
  return worst?.longBurn == null
    ? 'the error budget burns'
    : `the error budget burns ${worst.longBurn.toFixed(1)} times too fast`;
}
