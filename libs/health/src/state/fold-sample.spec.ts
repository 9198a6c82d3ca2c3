import { describe, expect, it } from '@jest/globals';
import { foldSample, PENDING } from './fold-sample.js';
import type { HealthReport } from './health-state.js';

const UP: HealthReport = { state: 'up' };
const DOWN: HealthReport = { state: 'down', reason: 'failed' };

function states(...samples: HealthReport[]): string[] {
  let streak = PENDING;
  return samples.map((sample) => {
    streak = foldSample(streak, sample);
    return streak.state;
  });
}

describe('the state of a check', () => {
  it.each([
    ['is up after the first success', [UP], ['up']],
    ['degrades on one failure and recovers at once', [UP, DOWN, UP], ['up', 'degraded', 'up']],
    ['is down on the third failure in a row', [UP, DOWN, DOWN, DOWN], ['up', 'degraded', 'degraded', 'down']],
    [
      'is up again on the second success',
      [DOWN, DOWN, DOWN, UP, UP],
      ['degraded', 'degraded', 'down', 'degraded', 'up'],
    ],
    [
      'is down at once if it fails while it recovers',
      [DOWN, DOWN, DOWN, UP, DOWN],
      ['degraded', 'degraded', 'down', 'degraded', 'down'],
    ],
    ['repeats what a check reports as degraded', [UP, { state: 'degraded' }], ['up', 'degraded']],
  ] satisfies [string, HealthReport[], string[]][])('%s', (_rule, samples, expected) => {
    expect(states(...samples)).toEqual(expected);
  });
});
