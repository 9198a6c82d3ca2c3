import {
  NO_DATA_RULE,
  type AlertPolicy,
  type AlertStep,
  type RuleRef,
  type Signal,
  type StateOf,
} from './alert-state.js';
import { highest, isAbove } from './severity.js';

type Judged = Exclude<Signal, { kind: 'insufficient_data' }>;

/** The step of an alert that fires: up at once, down and out only after a while without any doubt. */
export function stepFiring(state: StateOf<'firing'>, signal: Judged, policy: AlertPolicy): AlertStep {
  const { at } = signal;
  if (signal.kind === 'no_data') {
    const rules = union(state.rules, [NO_DATA_RULE]);
    const frozen = { ...state, at, rules, clearSince: null, isFrozen: true };
    // A warning may last for days; whoever falls silent meanwhile is as critical as anybody else.
    if (!isAbove(NO_DATA_RULE.severity, state.severity)) return { state: frozen, transition: null };
    return { state: { ...frozen, severity: NO_DATA_RULE.severity }, transition: 'escalated' };
  }
  const rules = union(state.rules, signal.breached);
  const isOver = new Set([NO_DATA_RULE.id, ...signal.clear]);
  const open = rules.filter(({ id }) => !isOver.has(id));
  const level = highest(open);
  const going = { ...state, at, rules, isFrozen: false };
  if (level !== null && isAbove(level, state.severity)) {
    return { state: { ...going, severity: level, clearSince: null }, transition: 'escalated' };
  }
  if (level === state.severity) return { state: { ...going, clearSince: null }, transition: null };
  const clearSince = state.clearSince ?? at;
  const isDue = at - clearSince >= policy.recoverMs && at - state.since >= policy.minFiringMs;
  if (!isDue) return { state: { ...going, clearSince }, transition: null };
  if (level === null) {
    return { state: { status: 'resolved', at, resolvedAt: at, incident: state.incident }, transition: 'resolved' };
  }
  return { state: { ...going, severity: level, rules: open, clearSince: null }, transition: 'eased' };
}

function union(known: readonly RuleRef[], more: readonly RuleRef[]): readonly RuleRef[] {
  const added = more.filter(({ id }) => !known.some((rule) => rule.id === id));
  return added.length === 0 ? known : [...known, ...added];
}
