import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE, SECOND } from '../time.js';
import {
  ALERT_POLICY,
  NEVER_EVALUATED,
  NO_DATA_RULE,
  TRANSITIONS,
  type AlertState,
  type AlertStep,
  type RuleRef,
  type Signal,
  type Transition,
} from './alert-state.js';
import { stepAlert } from './step-alert.js';

const STEP = 15 * SECOND;
const CRITICAL: RuleRef = { id: 'fast', severity: 'critical' };
const WARNING: RuleRef = { id: 'ticket-fast', severity: 'warning' };
const ALL_IDS = [CRITICAL.id, WARNING.id];

type Seen = (at: number) => Signal;
const breach =
  (...breached: RuleRef[]): Seen =>
  (at) => ({ kind: 'measured', at, breached, clear: ALL_IDS.filter((id) => !breached.some((rule) => rule.id === id)) });
const clear = breach();
/** Neither breached nor clear. */
const between: Seen = (at) => ({ kind: 'measured', at, breached: [], clear: [] });
const noData: Seen = (at) => ({ kind: 'no_data', at });
const unknown: Seen = (at) => ({ kind: 'insufficient_data', at });
const times = (count: number, seen: Seen) => Array<Seen>(count).fill(seen);
const minutes = (count: number, seen: Seen) => times((count * MINUTE) / STEP, seen);

/** Evaluates every 15 s. */
function run(...signals: (Seen | Seen[])[]): { state: AlertState; transitions: Transition[]; times: number[] } {
  let state = NEVER_EVALUATED;
  const transitions: Transition[] = [];
  const when: number[] = [];
  signals.flat().forEach((seen, index) => {
    const step = stepAlert(state, seen(index * STEP));
    state = step.state;
    if (step.transition === null) return;
    transitions.push(step.transition);
    when.push(index * STEP);
  });
  return { state, transitions, times: when };
}

const FIRING = times(2, breach(CRITICAL));
const RESOLVED = [...FIRING, ...minutes(6, clear)];

describe('an alert', () => {
  it('fires at the second breach in a row, and not at the first', () => {
    expect(run(breach(CRITICAL))).toMatchObject({ state: { status: 'pending' }, transitions: ['pended'] });
    expect(run(FIRING)).toMatchObject({
      state: { status: 'firing', severity: 'critical', incident: { startedAt: STEP, reopenings: 0 } },
      transitions: ['pended', 'fired'],
    });
  });

  it.each([
    ['clear', clear],
    ['between', between],
  ])('forgets a breach that is not confirmed: %s', (_name, seen) => {
    expect(run(breach(CRITICAL), seen)).toMatchObject({
      state: { status: 'inactive' },
      transitions: ['pended', 'withdrawn'],
    });
  });

  it('never fires by flapping', () => {
    const flapping = Array.from({ length: 200 }, () => [breach(CRITICAL), clear]).flat();
    expect(new Set(run(flapping).transitions)).toEqual(new Set(['pended', 'withdrawn']));
  });

  it('lasts for 5 min, and ends after 2 min that are clear', () => {
    const short = run(FIRING, minutes(10, clear));
    expect(short.transitions).toEqual(['pended', 'fired', 'resolved']);
    expect(short.times[2]).toBe(STEP + ALERT_POLICY.minFiringMs);
    const long = run(minutes(20, breach(CRITICAL)), minutes(10, clear));
    expect(long.times[2]).toBe(20 * MINUTE + ALERT_POLICY.recoverMs);
  });

  it.each([
    ['a breach', breach(CRITICAL)],
    ['a doubt', between],
    ['missing data', unknown],
    ['silence', noData],
  ])('begins to recover anew after %s', (_name, seen) => {
    const { state } = run(minutes(10, breach(CRITICAL)), times(8, clear), seen, times(8, clear));
    expect(state.status).toBe('firing');
    expect(run(minutes(10, breach(CRITICAL)), times(8, clear), seen, times(9, clear)).state.status).toBe('resolved');
  });

  it('goes on while it is between', () => {
    expect(run(FIRING, minutes(600, between)).transitions).toEqual(['pended', 'fired']);
  });

  it('fires one incident for breaches that come and go', () => {
    const flapping = Array.from({ length: 100 }, () => [...times(3, breach(CRITICAL)), ...times(4, clear)]).flat();
    expect(run(FIRING, flapping).transitions).toEqual(['pended', 'fired']);
  });
});

describe('the end of an incident', () => {
  it('is taken back by a breach within 10 min', () => {
    const { state, transitions } = run(RESOLVED, minutes(8, clear), FIRING);
    expect(transitions).toEqual(['pended', 'fired', 'resolved', 'pended', 'reopened']);
    expect(state).toMatchObject({ status: 'firing', incident: { startedAt: STEP, reopenings: 1 } });
  });

  it('is final after 10 min', () => {
    const { state, transitions } = run(RESOLVED, minutes(12, clear), FIRING);
    expect(transitions).toEqual(['pended', 'fired', 'resolved', 'closed', 'pended', 'fired']);
    expect(state).toMatchObject({ incident: { reopenings: 0 } });
    expect(state).not.toMatchObject({ incident: { startedAt: STEP } });
  });

  it('stays what it was if the reopening is not confirmed', () => {
    const before = run(RESOLVED).state;
    const { state, transitions } = run(RESOLVED, breach(CRITICAL), clear);
    expect(transitions.slice(3)).toEqual(['pended', 'withdrawn']);
    expect({ ...state, at: 0 }).toEqual({ ...before, at: 0 });
    expect(run(RESOLVED, breach(CRITICAL), clear, minutes(12, clear)).transitions.at(-1)).toBe('closed');
  });
});

describe('severity', () => {
  it('goes up at once', () => {
    const { state, transitions } = run(times(2, breach(WARNING)), breach(WARNING, CRITICAL));
    expect(transitions).toEqual(['pended', 'fired', 'escalated']);
    expect(state).toMatchObject({ severity: 'critical', incident: { startedAt: STEP } });
  });

  it('goes down like an end, and then ends', () => {
    const {
      state,
      transitions,
      times: when,
    } = run(minutes(10, breach(WARNING, CRITICAL)), minutes(10, breach(WARNING)), minutes(10, clear));
    expect(transitions).toEqual(['pended', 'fired', 'eased', 'resolved']);
    expect(when.slice(2)).toEqual([10 * MINUTE + ALERT_POLICY.recoverMs, 20 * MINUTE + ALERT_POLICY.recoverMs]);
    expect(state.status).toBe('resolved');
  });
});

describe('missing data', () => {
  it('are an alert if everybody is silent', () => {
    const { state, transitions } = run(times(2, noData));
    expect(transitions).toEqual(['pended', 'fired']);
    expect(state).toMatchObject({ severity: 'critical', rules: [NO_DATA_RULE] });
    expect(run(times(2, noData), minutes(10, clear)).transitions.at(-1)).toBe('resolved');
  });

  it('make a warning critical', () => {
    const { state, transitions } = run(times(2, breach(WARNING)), minutes(5, noData));
    expect(transitions).toEqual(['pended', 'fired', 'escalated']);
    expect(state).toMatchObject({ severity: 'critical', isFrozen: true });
    const back = run(times(2, breach(WARNING)), minutes(5, noData), minutes(10, breach(WARNING)));
    expect(back.transitions.at(-1)).toBe('eased');
  });

  it.each([
    ['silence', noData],
    ['doubt', unknown],
  ])('never end an alert: %s', (_name, seen) => {
    const { state, transitions } = run(FIRING, minutes(2_000, seen));
    expect(transitions).toEqual(['pended', 'fired']);
    expect(state).toMatchObject({ status: 'firing', isFrozen: true });
    expect(run(FIRING, minutes(20, seen), clear).state).toMatchObject({ isFrozen: false });
  });

  it('too few to judge by change nothing', () => {
    for (const before of [[clear], [breach(CRITICAL)], RESOLVED]) {
      const { state, transitions } = run(before, unknown);
      expect(state.status).toBe(run(before).state.status);
      expect(transitions).toEqual(run(before).transitions);
    }
  });
});

describe('any signals', () => {
  const seen = fc.constantFrom(clear, clear, between, noData, unknown, breach(CRITICAL), breach(WARNING));
  const course = fc.array(fc.tuple(seen, fc.integer({ min: 1, max: 60 })), { maxLength: 40 });
  const walk = (signals: readonly Signal[]) => {
    const steps: AlertStep[] = [];
    for (const signal of signals) steps.push(stepAlert(steps.at(-1)?.state ?? NEVER_EVALUATED, signal));
    return steps;
  };
  const signalsOf = (parts: readonly (readonly [Seen, number])[]) =>
    parts.flatMap(([one, count]) => times(count, one)).map((one, index) => one(index * STEP));
  const newsOf = (steps: readonly AlertStep[]) =>
    steps.flatMap(({ transition }) => (transition !== null && TRANSITIONS[transition].isNews ? [transition] : []));

  it('passed twice, or late, change nothing', () => {
    fc.assert(
      fc.property(course, fc.nat(10), (parts, back) => {
        const signals = signalsOf(parts);
        const replayed = signals.flatMap((signal, index) => [
          signal,
          signal,
          signals[Math.max(0, index - back)] ?? signal,
        ]);
        expect(newsOf(walk(replayed))).toEqual(newsOf(walk(signals)));
        expect(walk(replayed).at(-1)?.state).toEqual(walk(signals).at(-1)?.state);
      }),
    );
  });

  it('tell people of beginning and end in turn, and of nothing else outside of an incident', () => {
    fc.assert(
      fc.property(course, (parts) => {
        let isOpen = false;
        for (const transition of newsOf(walk(signalsOf(parts)))) {
          const begins = transition === 'fired' || transition === 'reopened';
          expect(isOpen).toBe(!begins);
          isOpen = transition !== 'resolved';
        }
      }),
    );
  });

  it('are the same when the state was stored between', () => {
    fc.assert(
      fc.property(course, (parts) => {
        let stored = NEVER_EVALUATED;
        const signals = signalsOf(parts);
        for (const signal of signals) {
          stored = JSON.parse(JSON.stringify(stepAlert(stored, signal).state)) as AlertState;
        }
        if (signals.length > 0) expect(stored).toEqual(walk(signals).at(-1)?.state);
      }),
    );
  });
});
