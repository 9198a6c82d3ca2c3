import type { SloDefinition } from '../definition/slo-definition.js';
import { burnRate } from '../burn/burn-rate.js';
import type { CountSeries } from '../series/count-series.js';
import { addCounts, NO_COUNTS } from '../series/counts.js';
import { DAY } from '../time.js';

/** Weeks before the ones looked at, from which the usual course of a week is taken. */
const BASELINE_WEEKS = 4;

/**
 * How far the burn rate usually is from its mean at the hour of the week of each span, so that Monday mornings are no
 * trend. Undefined unless every span has a past: a course that is known in part would bend what it is taken from.
 */
export function weeklyBaseline(
  definition: SloDefinition,
  series: CountSeries,
  spans: readonly { readonly from: number; readonly to: number }[],
): number[] | undefined {
  const usual: number[] = [];
  for (const { from, to } of spans) {
    let counts = NO_COUNTS;
    for (let week = 1; week <= BASELINE_WEEKS; week += 1) {
      const back = week * 7 * DAY;
      counts = addCounts(counts, series.sum({ from: from - back, to: to - back }));
    }
    const burn = burnRate(counts, definition);
    if (burn === null) return undefined;
    usual.push(burn);
  }
  const mean = usual.reduce((sum, burn) => sum + burn, 0) / usual.length;
  return usual.map((burn) => burn - mean);
}
