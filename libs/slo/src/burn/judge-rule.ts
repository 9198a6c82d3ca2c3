import type { SloDefinition } from '../definition/slo-definition.js';
import { windowBefore, type CountSeries } from '../series/count-series.js';
import { errorRatio } from '../series/counts.js';
import { burnRate } from './burn-rate.js';
import { thresholdOf, type BurnRule, type Severity } from './burn-rules.js';
import { isEvidence } from './sample-guard.js';

/** Below this part of the threshold a rule that fired counts as over; between, it goes on, so that it does not flap. */
export const CLEAR_PART = 0.9;

/**
 * `breached`: both windows are at the threshold, and it is no chance. `clear`: one of them is well below. `between`:
 * neither, or nothing happened that would tell.
 */
export type Verdict = 'breached' | 'between' | 'clear';

export interface RuleJudgement {
  readonly id: string;
  readonly severity: Severity;
  /** Error ratio at which the rule fires. */
  readonly threshold: number;
  /** Burn rates; null without data. */
  readonly longBurn: number | null;
  readonly shortBurn: number | null;
  /** Whether the long window is more than chance. */
  readonly isEvidence: boolean;
  readonly verdict: Verdict;
}

function verdictOf(long: number | null, short: number | null, threshold: number): Verdict {
  // A window without data says nothing: neither that it goes on, nor that it is over.
  const known = [long, short].filter((ratio) => ratio !== null);
  if (known.some((ratio) => ratio < threshold * CLEAR_PART)) return 'clear';
  return known.length === 2 && known.every((ratio) => ratio >= threshold) ? 'breached' : 'between';
}

/** Judges one rule at `asOf`. Only buckets that began before `asOf` count. */
export function judgeRule(
  rule: BurnRule,
  definition: SloDefinition,
  { series, asOf }: { readonly series: CountSeries; readonly asOf: number },
): RuleJudgement {
  const long = series.sum(windowBefore(asOf, rule.longMs));
  const short = series.sum(windowBefore(asOf, rule.shortMs));
  const threshold = thresholdOf(rule, definition);
  const verdict = verdictOf(errorRatio(long), errorRatio(short), threshold);
  const evidence = isEvidence(long, definition);
  return {
    id: rule.id,
    severity: rule.severity,
    threshold,
    longBurn: burnRate(long, definition),
    shortBurn: burnRate(short, definition),
    isEvidence: evidence,
    verdict: verdict === 'breached' && !evidence ? 'between' : verdict,
  };
}
