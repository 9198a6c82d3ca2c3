import type { Severity } from '../burn/burn-rules.js';
import { MINUTE } from '../time.js';

/** When an alert begins and ends; times in ms. */
export interface AlertPolicy {
  /** Evaluations in a row that have to see the breach before it fires. */
  readonly pendingEvaluations: number;
  /** How long all of its rules have to be clear before a firing alert ends. */
  readonly recoverMs: number;
  /** A firing alert lasts at least as long. */
  readonly minFiringMs: number;
  /** A breach so soon after the end continues the incident. */
  readonly reopenMs: number;
}

/** For evaluations that are 15 s apart. */
export const ALERT_POLICY: AlertPolicy = {
  pendingEvaluations: 2,
  recoverMs: 2 * MINUTE,
  minFiringMs: 5 * MINUTE,
  reopenMs: 10 * MINUTE,
};

/** The rule by which silence is an alert. */
export const NO_DATA_RULE = { id: 'no-data', severity: 'critical' } as const satisfies RuleRef;

export interface RuleRef {
  readonly id: string;
  readonly severity: Severity;
}

/** What one evaluation saw at `at`, ms since the Unix epoch. */
export type Signal =
  | {
      readonly kind: 'measured';
      readonly at: number;
      readonly breached: readonly RuleRef[];
      /** Ids of rules that are over for certain; a rule in neither list goes on if it has fired. */
      readonly clear: readonly string[];
    }
  /** All producers have been silent for too long. */
  | { readonly kind: 'no_data'; readonly at: number }
  /** Something is known, but not enough to judge by: everything stays as it is. */
  | { readonly kind: 'insufficient_data'; readonly at: number };

/** From the first firing to the end that no reopening followed. */
export interface Incident {
  /** When it first fired; names the incident. */
  readonly startedAt: number;
  readonly reopenings: number;
}

export type AlertState =
  | { readonly status: 'inactive'; readonly at: number }
  | {
      readonly status: 'pending';
      readonly at: number;
      readonly since: number;
      readonly evaluations: number;
      readonly severity: Severity;
      readonly rules: readonly RuleRef[];
      /** The incident that this would continue, and when it ended. */
      readonly continues: { readonly incident: Incident; readonly resolvedAt: number } | null;
    }
  | {
      readonly status: 'firing';
      readonly at: number;
      /** Since when it fires, this time. */
      readonly since: number;
      readonly severity: Severity;
      /** The rules that fired and are not over. */
      readonly rules: readonly RuleRef[];
      /** Since when no rule holds the severity: it recovers. Null while one does. */
      readonly clearSince: number | null;
      /** Whether data are missing: it cannot end. */
      readonly isFrozen: boolean;
      readonly incident: Incident;
    }
  | { readonly status: 'resolved'; readonly at: number; readonly resolvedAt: number; readonly incident: Incident };

export type StateOf<S extends AlertState['status']> = Extract<AlertState, { status: S }>;

/** What a step did, and whether people are told. */
export const TRANSITIONS = {
  pended: { isNews: false, meaning: 'a breach was seen for the first time' },
  withdrawn: { isNews: false, meaning: 'the breach was not confirmed' },
  fired: { isNews: true, meaning: 'a breach was confirmed' },
  reopened: { isNews: true, meaning: 'the incident goes on after its end' },
  escalated: { isNews: true, meaning: 'a rule of a higher severity fired' },
  eased: { isNews: true, meaning: 'only rules of a lower severity are left' },
  resolved: { isNews: true, meaning: 'all rules have been clear for long enough' },
  closed: { isNews: false, meaning: 'too long after the end for a reopening' },
} as const;

export type Transition = keyof typeof TRANSITIONS;

export interface AlertStep {
  readonly state: AlertState;
  readonly transition: Transition | null;
}

/** The state before the first evaluation. */
export const NEVER_EVALUATED: AlertState = { status: 'inactive', at: -Infinity };
