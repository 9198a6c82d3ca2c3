import type { SloStatusEntry } from '@holdfast/contracts';
import {
  coverageOf,
  evaluateSlo,
  NEVER_EVALUATED,
  windowBefore,
  type AlertPolicy,
  type AlertState,
  type SloAlerts,
} from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import type { AlertNotice } from '../delivery/alert-notice.js';
import { eventOf, NOTHING_TOLD, noticesFor, type AlertEvent, type ToldOf } from './alert-notices.js';
import type { SloData } from './series-loader.js';
import { toStatusEntry } from './status-entry.js';

export interface StoredAlerts extends SloAlerts {
  readonly told: ToldOf;
}

/** What the last evaluation left. */
export interface StateRow {
  readonly slo: string;
  readonly version: number;
  readonly asOf: number;
  readonly alerts: StoredAlerts;
}

export interface JudgeContext {
  readonly data: SloData;
  readonly asOf: number;
  /** Undefined before the first evaluation. */
  readonly state: StateRow | undefined;
  /** Burn alerts of the SLOs that explain this one, as they were judged last. */
  readonly explaining: readonly AlertState[];
  readonly policy: AlertPolicy;
}

export interface Judged {
  readonly slo: string;
  /** Of the state that replaces the one that was read. */
  readonly version: number;
  readonly alerts: StoredAlerts;
  readonly status: SloStatusEntry;
  readonly events: readonly AlertEvent[];
  readonly notices: readonly AlertNotice[];
}

/** Judges an SLO: what there is to store, and to tell. */
export function judgeSlo(definition: CurrentDefinition, context: JudgeContext): Judged {
  const { asOf, state, explaining, policy } = context;
  const { series, epochs, corrections } = context.data;
  const known = state?.alerts ?? { burn: NEVER_EVALUATED, budget: NEVER_EVALUATED, told: NOTHING_TOLD };
  const coverage = coverageOf(epochs, windowBefore(asOf, definition.windowMs));
  const heardAt = epochs.reduce((latest, { lastAt }) => Math.max(latest, lastAt), definition.since);
  const input = { definition, series, asOf, coverage, heardAt, corrections, alerts: known, policy };
  const evaluation = evaluateSlo(input);
  const { told, notices } = noticesFor({ definition, evaluation, told: known.told, explaining });
  const { burn, budget } = evaluation.steps;
  const events = [eventOf(definition.id, 'burn', burn), eventOf(definition.id, 'budget', budget)];
  return {
    slo: definition.id,
    version: (state?.version ?? 0) + 1,
    alerts: { burn: burn.state, budget: budget.state, told },
    status: toStatusEntry(definition, evaluation),
    events: events.filter((event) => event !== undefined),
    notices,
  };
}
