import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SLOS } from '@holdfast/slo';
import { ENGINES } from './engines.js';
import { poisson } from './random.js';
import { report } from './report.js';
import { detect, falsePages } from './simulate.js';

const [, , errorRate, , agent] = DEFAULT_SLOS;
const MINUTE = 60_000;

describe('the simulation', () => {
  it('draws from a Poisson distribution, large or small', () => {
    for (const mean of [0.25, 4, 400]) {
      const draw = poisson(3);
      const values = Array.from({ length: 20_000 }, () => draw(mean));
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
      expect(average / mean).toBeCloseTo(1, 1);
      expect(variance / mean).toBeCloseTo(1, 1);
    }
  });

  it('finds an outage of a busy service when arithmetic says so', () => {
    const busy = { definition: agent, perHour: 10_000, seed: 1 };
    const found = detect(busy, ENGINES.holdfast, 1);
    // Half of 15 min have to be bad; a bucket and the confirmation come on top.
    expect(found?.severity).toBe('critical');
    expect((found?.at ?? 0) / MINUTE).toBeGreaterThan(6.5);
    expect((found?.at ?? 0) / MINUTE).toBeLessThan(8.5);
  });

  it('shows what the guard is for', () => {
    const quiet = { definition: errorRate, perHour: 60, seed: 1 };
    expect(falsePages(quiet, ENGINES.workbook)).toBeGreaterThan(5);
    expect(falsePages(quiet, ENGINES.holdfast)).toBe(0);
  });

  it('gives the same table every time', () => {
    const options = { definitions: [errorRate], rates: [60], runs: 1 };
    const table = report(options);
    expect(table.split('\n')[2]).toMatch(/^\| error-rate 99\.9 % \| 60 \| [\d.]+ min \/ [\d.]+ min \|/);
    expect(report(options)).toBe(table);
  });
});
