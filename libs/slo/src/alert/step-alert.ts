import {
  ALERT_POLICY,
  NO_DATA_RULE,
  type AlertPolicy,
  type AlertState,
  type AlertStep,
  type RuleRef,
  type Signal,
  type StateOf,
} from './alert-state.js';
import { highest } from './severity.js';
import { stepFiring } from './step-firing.js';

/**
 * Takes one evaluation into account.
 *
 *     inactive ──breach──▶ pending ──again──▶ firing ──clear for 2 min, after 5 min──▶ resolved ──10 min──▶ inactive
 *        ▲                   │ │                ▲ └─ severity goes up at once, down like an end             │
 *        └──not confirmed────┘ └──not confirmed, of a reopening──▶ resolved ◀───────────────────────────────┤
 *                              └────────────────confirmed: reopened─────────── pending ◀──breach────────────┘
 *
 * An alert has one incident and one severity at a time. Silence fires by itself, and keeps what fires from ending. A
 * signal that is not newer than the state changes nothing: several evaluators may pass the same one.
 */
export function stepAlert(state: AlertState, signal: Signal, policy: AlertPolicy = ALERT_POLICY): AlertStep {
  if (!(signal.at > state.at)) return { state, transition: null };
  if (signal.kind === 'insufficient_data') return { state: stay(state, signal.at), transition: null };
  if (state.status === 'firing') return stepFiring(state, signal, policy);
  const breached = signal.kind === 'no_data' ? [NO_DATA_RULE] : signal.breached;
  if (state.status === 'pending') return stepPending(state, { breached, at: signal.at }, policy);
  return stepQuiet(state, { breached, at: signal.at }, policy);
}

function stay(state: AlertState, at: number): AlertState {
  return state.status === 'firing' ? { ...state, at, isFrozen: true, clearSince: null } : { ...state, at };
}

interface Seen {
  readonly breached: readonly RuleRef[];
  readonly at: number;
}

function stepQuiet(
  state: StateOf<'inactive'> | StateOf<'resolved'>,
  { breached, at }: Seen,
  policy: AlertPolicy,
): AlertStep {
  const mayReopen = state.status === 'resolved' && at - state.resolvedAt <= policy.reopenMs;
  const severity = highest(breached);
  if (severity !== null) {
    const continues = mayReopen ? { incident: state.incident, resolvedAt: state.resolvedAt } : null;
    const pending = { status: 'pending', at, since: at, evaluations: 1, severity, rules: breached, continues } as const;
    return { state: pending, transition: 'pended' };
  }
  if (state.status === 'inactive' || mayReopen) return { state: { ...state, at }, transition: null };
  return { state: { status: 'inactive', at }, transition: 'closed' };
}

function stepPending(state: StateOf<'pending'>, { breached, at }: Seen, policy: AlertPolicy): AlertStep {
  const severity = highest(breached);
  const { continues } = state;
  if (severity === null) {
    const before: AlertState =
      continues === null ? { status: 'inactive', at } : { status: 'resolved', at, ...continues };
    return { state: before, transition: 'withdrawn' };
  }
  const evaluations = state.evaluations + 1;
  if (evaluations < policy.pendingEvaluations) {
    return { state: { ...state, at, evaluations, severity, rules: breached }, transition: null };
  }
  const incident =
    continues === null
      ? { startedAt: at, reopenings: 0 }
      : { ...continues.incident, reopenings: continues.incident.reopenings + 1 };
  return {
    state: { status: 'firing', at, since: at, severity, rules: breached, clearSince: null, isFrozen: false, incident },
    transition: continues === null ? 'fired' : 'reopened',
  };
}
