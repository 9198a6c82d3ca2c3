import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buckets, hourly, NOW, slo } from '../../test/slo-arbitraries.js';
import { NEVER_EVALUATED } from '../alert/alert-state.js';
import { CountSeries } from '../series/count-series.js';
import type { Bucket } from '../series/counts.js';
import { HOUR, MINUTE, SECOND } from '../time.js';
import { evaluateSlo, type EvaluationInput, type SloAlerts } from './evaluate-slo.js';

const ALERTS: SloAlerts = { burn: NEVER_EVALUATED, budget: NEVER_EVALUATED };
const HEALTHY = hourly(720, () => ({ good: 1_000, bad: 0 }));

const input = (some: Iterable<Bucket>, changes: Partial<EvaluationInput> = {}): EvaluationInput => ({
  definition: slo(),
  series: CountSeries.of(some),
  asOf: NOW,
  coverage: 1,
  heardAt: NOW,
  corrections: [],
  alerts: ALERTS,
  ...changes,
});

/** A quarter of an hour in which everything failed. */
const OUTAGE = Array.from({ length: 15 }, (_, index) => ({
  t: NOW - (index + 1) * MINUTE,
  good: 0,
  bad: 100,
  excluded: 0,
}));

/** Evaluates again, 15 s later, by the alerts that the first evaluation left. */
function twice(of: EvaluationInput) {
  const { steps } = evaluateSlo(of);
  const asOf = of.asOf + 15 * SECOND;
  const alerts = { burn: steps.burn.state, budget: steps.budget.state };
  return evaluateSlo({ ...of, asOf, heardAt: of.heardAt === of.asOf ? asOf : of.heardAt, alerts });
}

describe('evaluateSlo', () => {
  it('of a service that keeps its promise', () => {
    const { status, steps } = evaluateSlo(input(HEALTHY));
    expect(status).toMatchObject({
      sli: 1,
      isKept: true,
      good: 720_000,
      bad: 0,
      budget: { allowed: 720, consumed: 0, remaining: 1, state: 'ok', forecast: { kind: 'lasts' } },
      state: 'inactive',
      severity: null,
      trend: { label: 'stable' },
    });
    // An hourly bucket began before the 15 min of the first rule: it knows nothing.
    expect(status.burn.map(({ verdict }) => verdict)).toEqual(['between', 'clear', 'clear', 'clear', 'clear']);
    expect([steps.burn.transition, steps.budget.transition]).toEqual([null, null]);
  });

  it('of an outage: what burns and what is left are alerts of their own', () => {
    const { status, steps } = twice(input([...HEALTHY, ...OUTAGE]));
    expect(status).toMatchObject({
      isKept: false,
      state: 'firing',
      severity: 'critical',
      budget: { state: 'critical' },
    });
    expect([steps.burn.transition, steps.budget.transition]).toEqual(['fired', 'fired']);
    expect(steps.budget.state).toMatchObject({ rules: [{ id: 'budget-warning' }, { id: 'budget-critical' }] });
  });

  it('drops the events of corrections everywhere', () => {
    const corrections = [{ from: NOW - HOUR, to: NOW }];
    const { status } = evaluateSlo(input([...HEALTHY, ...OUTAGE], { corrections }));
    expect(status).toMatchObject({ bad: 0, good: 719_000, isKept: true, state: 'inactive' });
  });

  it('takes silence for an alert, and not for good', () => {
    const silent = twice(input(HEALTHY, { heardAt: NOW - 10 * MINUTE }));
    expect(silent.status).toMatchObject({ isSilent: true, state: 'firing', severity: 'critical' });
    expect(silent.steps.burn.state).toMatchObject({ rules: [{ id: 'no-data' }] });
    expect(evaluateSlo(input(HEALTHY, { heardAt: NOW - MINUTE })).status.isSilent).toBe(false);
  });

  it('takes a service without traffic that reports for neither', () => {
    const { status } = twice(input([]));
    expect(status).toMatchObject({
      sli: null,
      isKept: null,
      isSilent: false,
      state: 'inactive',
      budget: { remaining: null, state: 'insufficient_data', forecast: { kind: 'insufficient_data' } },
      trend: { label: 'insufficient_data' },
    });
  });

  it('says nothing of a budget of which too little is known, and still tells what burns', () => {
    const { status, steps } = twice(input([...HEALTHY, ...OUTAGE], { coverage: 0.5 }));
    expect(status).toMatchObject({ isKept: null, budget: { remaining: null, state: 'insufficient_data' } });
    expect(status.state).toBe('firing');
    expect(steps.budget.state.status).toBe('inactive');
  });

  it('freezes the alert of a budget that cannot be judged any more', () => {
    const spent = input([...HEALTHY, ...OUTAGE]);
    const fired = twice(spent);
    const alerts = { burn: fired.steps.burn.state, budget: fired.steps.budget.state };
    const { steps } = evaluateSlo({ ...spent, asOf: NOW + MINUTE, coverage: 0.1, alerts });
    expect(steps.budget).toMatchObject({ state: { status: 'firing', isFrozen: true }, transition: null });
  });

  it('gives the same for the same input, and moves no alert twice', () => {
    fc.assert(
      fc.property(buckets, fc.double({ min: 0, max: 1, noNaN: true }), (some, coverage) => {
        const of = input(some, { coverage });
        const first = evaluateSlo(of);
        expect(evaluateSlo(of)).toEqual(first);
        const again = evaluateSlo({
          ...of,
          alerts: { burn: first.steps.burn.state, budget: first.steps.budget.state },
        });
        expect([again.steps.burn, again.steps.budget]).toEqual([
          { state: first.steps.burn.state, transition: null },
          { state: first.steps.budget.state, transition: null },
        ]);
      }),
      { numRuns: 50 },
    );
  });
});
