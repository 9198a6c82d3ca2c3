import { describe, expect, it } from '@jest/globals';
import {
  CountSeries,
  DEFAULT_SLOS,
  evaluateSlo,
  NEVER_EVALUATED,
  type AlertState,
  type Evaluation,
  type Severity,
  type SloAlerts,
} from '@holdfast/slo';
import { NOTHING_TOLD, noticesFor, type ToldOf } from './alert-notices.js';

const [definition] = DEFAULT_SLOS;
const STEP = 15_000;
const HOUR = 3_600_000;

const FIRING = { at: 0, since: 0, rules: [], clearSince: null, isFrozen: false };
const firing = (severity: Severity): AlertState => ({
  ...{ ...FIRING, status: 'firing', severity, incident: { startedAt: 0, reopenings: 0 } },
});
const pending = (severity: Severity): AlertState => ({
  ...{ status: 'pending', at: 0, since: 0, evaluations: 1, severity, rules: [], continues: null },
});

/** An SLO of which the part `bad` of 10,000 events has failed within 5 min, at its second evaluation. */
function fired(bad: number): Evaluation {
  const start = 100 * HOUR;
  const series = CountSeries.of([{ t: start, good: 10_000 * (1 - bad), bad: 10_000 * bad, excluded: 0 }]);
  let alerts: SloAlerts = { burn: NEVER_EVALUATED, budget: NEVER_EVALUATED };
  const at = (asOf: number) =>
    evaluateSlo({ definition, series, asOf, coverage: 1, heardAt: asOf, corrections: [], alerts });
  const { steps } = at(start + STEP);
  alerts = { burn: steps.burn.state, budget: NEVER_EVALUATED };
  return at(start + 2 * STEP);
}

function told(evaluation: Evaluation, explaining: readonly AlertState[], known: ToldOf = NOTHING_TOLD) {
  const current = { ...definition, since: 0 };
  const { notices } = noticesFor({ definition: current, evaluation, told: known, explaining });
  return notices.filter(({ kind }) => kind === 'burn').map(({ severity }) => severity);
}

describe('an alert whose SLO depends on another one', () => {
  const critical = fired(1);
  const warning = fired(0.1);

  it('is told of while nothing explains it', () => {
    expect(told(critical, [])).toEqual(['critical']);
    expect(told(warning, [{ status: 'inactive', at: 0 }])).toEqual(['warning']);
  });

  it('is told of by the one that explains it, be it that this one is about to fire', () => {
    for (const explaining of [firing('critical'), pending('critical')]) {
      expect(told(critical, [explaining])).toEqual([]);
      expect(told(warning, [explaining])).toEqual([]);
    }
    expect(told(warning, [firing('warning')])).toEqual([]);
  });

  it('pages though its explanation is a mere warning, which wakes nobody', () => {
    expect(told(critical, [firing('warning')])).toEqual(['critical']);
    expect(told(critical, [pending('warning'), firing('warning')])).toEqual(['critical']);
  });
});
