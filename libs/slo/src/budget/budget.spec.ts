import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { counts, hourly, NOW, objectives, slo } from '../../test/slo-arbitraries.js';
import { CountSeries, windowBefore } from '../series/count-series.js';
import { DAY, HOUR } from '../time.js';
import { forecastBudget } from './budget-forecast.js';
import { errorBudget, keepsPromise } from './error-budget.js';

const COUNTS = (good: number, bad: number) => ({ good, bad, excluded: 0 });

describe('errorBudget', () => {
  it('is 1 − bad / ((1 − T) N), unclamped, and refuses an allowance of less than one', () => {
    fc.assert(
      fc.property(counts, objectives, (all, objective) => {
        const { allowed, consumed, remaining } = errorBudget(all, slo({ objective }), 1);
        expect(consumed).toBe(all.bad);
        if (allowed < 1) expect(remaining).toBeNull();
        else expect(remaining).toBeCloseTo(1 - all.bad / ((1 - objective) * (all.good + all.bad)), 5);
      }),
    );
  });

  it.each([
    [COUNTS(10_000, 0), 'ok'],
    [COUNTS(9_993, 7), 'ok'],
    [COUNTS(9_992, 8), 'warning'],
    [COUNTS(9_990, 10), 'critical'],
    [COUNTS(9_000, 1_000), 'critical'],
    [COUNTS(998, 1), 'insufficient_data'],
    [COUNTS(0, 0), 'insufficient_data'],
  ])('of %j is %s', (all, state) => {
    expect(errorBudget(all, slo(), 1).state).toBe(state);
  });

  it('says nothing while too little is known', () => {
    for (const coverage of [0, 0.5, 0.89, Number.NaN]) {
      expect(errorBudget(COUNTS(10_000, 0), slo(), coverage).remaining).toBeNull();
    }
  });
});

describe('keepsPromise', () => {
  it('tells "at least" from "above" exactly at the objective, for every objective', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 900 }), (mille, times) => {
        const exact = COUNTS(mille * times, (1_000 - mille) * times);
        const objective = mille / 1_000;
        expect(keepsPromise(exact, slo({ objective, comparison: 'at-least' }))).toBe(true);
        expect(keepsPromise(exact, slo({ objective, comparison: 'above' }))).toBe(false);
        const worse = { ...exact, bad: exact.bad + 1 };
        expect(keepsPromise(worse, slo({ objective, comparison: 'at-least' }))).toBe(false);
      }),
    );
  });

  it('is not known without data', () => {
    expect(keepsPromise(COUNTS(0, 0), slo())).toBeNull();
  });
});

describe('forecastBudget', () => {
  const forecast = (bad: (ago: number) => number, hours = 720) =>
    forecastBudget(slo(), CountSeries.of(hourly(hours, (ago) => COUNTS(1_000 - bad(ago), bad(ago)))), NOW);

  it('sees no end while no more is consumed than comes back', () => {
    expect(forecast(() => 0)).toEqual({ kind: 'lasts' });
    expect(forecast((ago) => (ago % 2 === 0 ? 1 : 0))).toEqual({ kind: 'lasts' });
  });

  it('finds the hour in which the budget ends', () => {
    // 720 allowed; 60 of them used within 6 h, 10 more with each hour, nothing comes back: 66 h.
    expect(forecast((ago) => (ago <= 6 ? 10 : 0))).toEqual({ kind: 'exhausts', at: NOW + 66 * HOUR });
  });

  it('lets old failures age out, which a straight line does not', () => {
    // Half the budget was used 29 d ago and comes back within 2 d; 5 an hour are used since 6 h: a line says 66 h.
    const ended = forecast((ago) => (ago <= 6 ? 5 : ago > 690 && ago <= 708 ? 20 : 0));
    expect(ended).toEqual({ kind: 'exhausts', at: NOW + (720 - 30) * (HOUR / 5) });
  });

  it('says when a spent budget returns', () => {
    expect(forecast((ago) => (ago > 600 && ago <= 610 ? 100 : 0))).toMatchObject({
      kind: 'exhausted',
      returnsAt: expect.any(Number),
    });
    expect(forecast(() => 2)).toEqual({ kind: 'exhausted', returnsAt: null });
  });

  it('expects nothing of silence', () => {
    expect(forecast(() => 0, 0)).toEqual({ kind: 'insufficient_data' });
    const old = hourly(600, () => COUNTS(1_000, 0), NOW - DAY);
    expect(forecastBudget(slo(), CountSeries.of(old), NOW)).toEqual({ kind: 'insufficient_data' });
  });

  it('agrees with what then happens', () => {
    const rates = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(3), { minLength: 714, maxLength: 714 }));
    fc.assert(
      fc.property(rates, ([recent, past]) => {
        const at = (ago: number) => (ago <= 6 ? recent : (past[ago - 7] ?? 0));
        const told = forecast(at);
        if (told.kind !== 'exhausts') return;
        const future = hourly(720, () => COUNTS(1_000 - recent, recent), NOW + 720 * HOUR);
        const whole = CountSeries.of([...hourly(720, (ago) => COUNTS(1_000 - at(ago), at(ago))), ...future]);
        const hour = NOW + Math.floor((told.at - NOW) / HOUR) * HOUR;
        const left = (to: number) => errorBudget(whole.sum(windowBefore(to, slo().windowMs)), slo(), 1).remaining ?? -1;
        expect(left(hour)).toBeGreaterThanOrEqual(0);
        expect(left(hour + HOUR)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 50 },
    );
  });
});
