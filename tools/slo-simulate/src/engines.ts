import {
  BURN_RULES,
  budgetOf,
  burnFactor,
  burnSignal,
  errorRatio,
  judgeRule,
  rulesFor,
  windowBefore,
  type CountSeries,
  type Signal,
  type SloDefinition,
} from '@holdfast/slo';

/** What the rules of one kind say at a time. */
export type Engine = (definition: SloDefinition, series: CountSeries, at: number) => Signal;

/** The rules by which Holdfast judges: caps, the outage rule, the guard against chance. */
const holdfast: Engine = (definition, series, at) =>
  burnSignal(
    rulesFor(definition).map((rule) => judgeRule(rule, definition, { series, asOf: at })),
    at,
    false,
  );

/**
 * The rules of The Site Reliability Workbook, chapter 5, as they stand there, with the usual 24 h / 2 h one: error ratio
 * of both windows at or above factor × budget; no cap, no guard. Its alerts go through the same states, so that a page
 * that comes and goes is counted once for both.
 */
const workbook: Engine = (definition, series, at) => {
  const budget = budgetOf(definition);
  const judged = BURN_RULES.filter(({ id }) => id !== 'outage').map((rule) => {
    const least = burnFactor(rule, definition) * budget;
    const ratios = [rule.longMs, rule.shortMs].map((ms) => errorRatio(series.sum(windowBefore(at, ms))));
    return {
      rule: { id: rule.id, severity: rule.severity },
      isBreached: ratios.every((ratio) => (ratio ?? 0) >= least),
    };
  });
  return {
    kind: 'measured',
    at,
    breached: judged.filter(({ isBreached }) => isBreached).map(({ rule }) => rule),
    clear: judged.filter(({ isBreached }) => !isBreached).map(({ rule }) => rule.id),
  };
};

export const ENGINES = { holdfast, workbook } as const;
export type EngineName = keyof typeof ENGINES;
