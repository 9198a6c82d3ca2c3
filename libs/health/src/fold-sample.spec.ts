import { describe, expect, it } from '@jest/globals';
import { foldSample, PENDING, type Sample } from './fold-sample.js';

const UP: Sample = { state: 'up' };
const DOWN: Sample = { state: 'down', reason: 'failed' };

function states(...samples: Sample[]): string[] {
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
  ] satisfies [string, Sample[], string[]][])('%s', (_rule, samples, expected) => {
    expect(states(...samples)).toEqual(expected);
  });
});
