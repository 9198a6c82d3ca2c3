import { budgetOf, type SloDefinition } from '../definition/slo-definition.js';
import { windowBefore, type CountSeries } from '../series/count-series.js';
import { totalOf } from '../series/counts.js';
import { HOUR } from '../time.js';
import { remainingOf } from './error-budget.js';

/** The coming time is taken to be as this last while was. */
export const FORECAST_BASIS_MS = 6 * HOUR;

export type BudgetForecast =
  /** The budget ends at `at`, ms since the Unix epoch. */
  | { readonly kind: 'exhausts'; readonly at: number }
  /** It has ended; there will be some again at `returnsAt`, or null: not within a window's length. */
  | { readonly kind: 'exhausted'; readonly returnsAt: number | null }
  /** It does not end within a window's length. */
  | { readonly kind: 'lasts' }
  | { readonly kind: 'insufficient_data' };

/**
 * When the budget of the rolling window ends, if bad and good go on as in the last 6 h.
 *
 * No straight line: hour by hour the oldest hour leaves the window and gives back what it had consumed, and takes its
 * events, and so its allowance, with it. Between two hours the change is taken to be even.
 */
export function forecastBudget(definition: SloDefinition, series: CountSeries, asOf: number): BudgetForecast {
  const { windowMs } = definition;
  const recent = series.sum(windowBefore(asOf, FORECAST_BASIS_MS));
  const perMs = { bad: recent.bad / FORECAST_BASIS_MS, total: totalOf(recent) / FORECAST_BASIS_MS };
  const budget = budgetOf(definition);
  const remainingAfter = (ms: number): number | null => {
    const kept = series.sum({ from: asOf + ms - windowMs, to: asOf });
    const allowed = (totalOf(kept) + perMs.total * ms) * budget;
    return allowed < 1 ? null : remainingOf(kept.bad + perMs.bad * ms, allowed);
  };

  const now = remainingAfter(0);
  const isOut = now !== null && now <= 0;
  // Silence is no reason to expect good times; that what is spent ages out holds without any traffic.
  if (now === null || (totalOf(recent) === 0 && !isOut)) return { kind: 'insufficient_data' };
  let before = now;
  for (let ms = HOUR; ms <= windowMs; ms += HOUR) {
    const after = remainingAfter(ms);
    if (after === null) break;
    if (after <= 0 !== isOut) {
      const at = Math.round(asOf + ms - HOUR + HOUR * (before / (before - after)));
      return isOut ? { kind: 'exhausted', returnsAt: at } : { kind: 'exhausts', at };
    }
    before = after;
  }
  return isOut ? { kind: 'exhausted', returnsAt: null } : { kind: 'lasts' };
}
