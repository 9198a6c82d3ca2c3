import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOW, objectives, slo, windows } from '../../test/slo-arbitraries.js';
import { budgetOf } from '../definition/slo-definition.js';
import { CountSeries } from '../series/count-series.js';
import { DAY, HOUR, MINUTE } from '../time.js';
import { burnRate } from './burn-rate.js';
import { BURN_RULES, burnFactor, rulesFor, thresholdOf } from './burn-rules.js';
import { detectionMs, silenceLimitMs } from './detection.js';
import { judgeRule } from './judge-rule.js';
import { isEvidence } from './sample-guard.js';

const minutely = (minutes: number, good: number, bad: number) =>
  CountSeries.of(
    Array.from({ length: minutes }, (_, index) => ({ t: NOW - (index + 1) * MINUTE, good, bad, excluded: 0 })),
  );

describe('the rules', () => {
  it('have the factors of the Workbook over 30 d', () => {
    const factors = BURN_RULES.slice(1).map((rule) => burnFactor(rule, slo()));
    [14.4, 6, 3, 1].forEach((factor, index) => {
      expect(factors[index]).toBeCloseTo(factor, 12);
    });
  });

  it('adapt to another period, and never fire below the speed that is allowed', () => {
    const week = slo({ windowMs: 7 * DAY });
    const [, fast, , , ticket] = BURN_RULES;
    expect(burnFactor(fast, week)).toBeCloseTo(3.36, 12);
    expect(burnFactor(ticket, week)).toBe(1);
    expect(rulesFor(slo({ windowMs: DAY })).map(({ id }) => id)).toEqual(['outage', 'fast', 'slow']);
  });

  it('fire at a ratio that can occur, and that breaks the promise, whatever it is', () => {
    // Below 1 % hardly anything is promised: 15 min of failures are no evidence that it is broken.
    const meant = objectives.filter((objective) => objective >= 0.01);
    fc.assert(
      fc.property(meant, windows, (objective, windowMs) => {
        const definition = slo({ objective, windowMs });
        for (const rule of rulesFor(definition)) {
          const threshold = thresholdOf(rule, definition);
          expect(threshold).toBeLessThan(1);
          expect(threshold).toBeGreaterThanOrEqual(budgetOf(definition));
          expect(judgeRule(rule, definition, { series: minutely(6_000, 0, 100), asOf: NOW }).verdict).toBe('breached');
        }
      }),
      { numRuns: 50 },
    );
  });

  it('cap 14.4 where it could never fire', () => {
    const [, fast] = BURN_RULES;
    const agent = slo({ objective: 0.9 });
    expect(burnFactor(fast, agent) * budgetOf(agent)).toBeGreaterThan(1);
    expect(thresholdOf(fast, agent)).toBe(0.5);
  });
});

describe('judgeRule', () => {
  it('never breaches while the service keeps within its budget', () => {
    fc.assert(
      fc.property(objectives, fc.integer({ min: 1, max: 10_000 }), (objective, total) => {
        const definition = slo({ objective });
        const bad = Math.floor(total * budgetOf(definition));
        const series = minutely(4_500, total - bad, bad);
        for (const rule of rulesFor(definition)) {
          expect(judgeRule(rule, definition, { series, asOf: NOW }).verdict).not.toBe('breached');
        }
      }),
      { numRuns: 50 },
    );
  });

  const [, fast] = BURN_RULES;
  const bad = { good: 0, bad: 100, excluded: 0 };
  const good = { good: 1_000, bad: 0, excluded: 0 };
  const judge = (recent: typeof good, earlier: typeof good) =>
    judgeRule(fast, slo(), {
      series: CountSeries.of([
        { t: NOW - MINUTE, ...recent },
        { t: NOW - 40 * MINUTE, ...earlier },
      ]),
      asOf: NOW,
    }).verdict;

  it('wants both windows, and is clear as soon as the short one is', () => {
    expect(judge(bad, bad)).toBe('breached');
    expect(judge(good, bad)).toBe('clear');
  });

  it('takes missing data neither for good nor for bad', () => {
    const none = { good: 0, bad: 0, excluded: 5 };
    expect(judge(none, bad)).toBe('between');
    expect(judge(none, good)).toBe('clear');
    expect(judge(none, none)).toBe('between');
  });

  it('keeps a band between firing and over', () => {
    const [outage] = BURN_RULES;
    const at = (failed: number) =>
      judgeRule(outage, slo(), { series: minutely(20, 100 - failed, failed), asOf: NOW }).verdict;
    expect([at(50), at(49), at(45), at(44)]).toEqual(['breached', 'between', 'between', 'clear']);
  });
});

describe('the sample guard', () => {
  it('does not let one failure of a quiet hour page', () => {
    const counts = { good: 59, bad: 1, excluded: 0 };
    expect(burnRate(counts, slo())).toBeCloseTo(16.7, 1);
    expect(isEvidence(counts, slo())).toBe(false);
    expect(isEvidence({ good: 57, bad: 3, excluded: 0 }, slo())).toBe(true);
  });

  it('counts a lost connection as one observation, not as 300', () => {
    const uptime = slo({ objective: 0.995, unitsPerSample: 300 });
    expect(isEvidence({ good: 6_900, bad: 300, excluded: 0 }, uptime)).toBe(false);
    expect(isEvidence({ good: 6_900, bad: 300, excluded: 0 }, { ...uptime, unitsPerSample: 1 })).toBe(true);
    expect(isEvidence({ good: 6_900, bad: 1_800, excluded: 0 }, uptime)).toBe(true);
  });

  it('asks for more than the budget, and more bad ones are more evidence', () => {
    fc.assert(
      fc.property(objectives, fc.nat(1e6), fc.nat(1e6), (objective, good, bad) => {
        const definition = slo({ objective });
        if (!isEvidence({ good, bad, excluded: 0 }, definition)) return;
        expect(burnRate({ good, bad, excluded: 0 }, definition)).toBeGreaterThan(1);
        expect(isEvidence({ good, bad: bad + 1, excluded: 0 }, definition)).toBe(true);
      }),
    );
  });
});

describe('detection of a total outage', () => {
  it.each([
    [0.9, 7.5],
    [0.95, 7.5],
    [0.995, 4.32],
    [0.999, 0.864],
  ])('at an objective of %d takes %d min', (objective, minutes) => {
    expect(detectionMs(slo({ objective }), 'critical', 1) / MINUTE).toBeCloseTo(minutes, 9);
  });

  it('is Infinity for what no rule minds', () => {
    expect(detectionMs(slo(), 'critical', 0.0009)).toBe(Infinity);
  });

  it('by silence comes with the fast rule, but not at the first hiccup', () => {
    expect(silenceLimitMs(slo({ objective: 0.9 }))).toBe(HOUR / 2);
    expect(silenceLimitMs(slo({ objective: 0.999 }))).toBe(2 * MINUTE);
  });
});
