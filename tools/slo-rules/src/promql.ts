import { BURN_RULES, thresholdOf, type BurnRule, type SloDefinition } from '@holdfast/slo';

const MINUTE = 60_000;
/**
 * Longer windows are the sum of recorded increases, one for every 5 min however often they are recorded: a query over
 * days of raw samples takes minutes.
 */
const LONGEST_DIRECT = 60 * MINUTE;
export const INCREASE = 'slo:events:increase5m';

/** A length in ms as Prometheus writes it. */
export function promDuration(ms: number): string {
  const minutes = ms / MINUTE;
  return minutes % 60 === 0 ? `${String(minutes / 60)}h` : `${String(minutes)}m`;
}

/** All windows of the rules in ms, the shortest first. */
export function windows(): number[] {
  const lengths = new Set<number>(BURN_RULES.flatMap(({ longMs, shortMs }) => [longMs, shortMs]));
  return [...lengths].sort((a, b) => a - b);
}

export const badName = (ms: number) => `slo:bad:${promDuration(ms)}`;
export const ratioName = (ms: number) => `slo:error_ratio:${promDuration(ms)}`;

/** Units of one result, or of all that are judged, within a window, per SLO. */
export function countExpr(result: 'bad' | 'good|bad', ms: number): string {
  const selector = result === 'bad' ? '{result="bad"}' : '{result=~"good|bad"}';
  const window = promDuration(ms);
  return ms <= LONGEST_DIRECT
    ? `sum by (slo) (increase(slo_events_total${selector}[${window}]))`
    : `sum by (slo) (sum_over_time(${INCREASE}${selector}[${window}:5m]))`;
}

/** Fewest bad observations of an alert: the part of the guard against chance that PromQL can say. */
const MIN_BAD_SAMPLES = 3;

/** When a rule of a definition fires. */
export function alertExpr(rule: BurnRule, definition: SloDefinition): string {
  const threshold = String(Number(thresholdOf(rule, definition).toPrecision(12)));
  const of = (name: string) => `${name}{slo="${definition.id}"}`;
  return [
    `${of(ratioName(rule.longMs))} >= ${threshold}`,
    `${of(ratioName(rule.shortMs))} >= ${threshold}`,
    `${of(badName(rule.longMs))} >= ${String(MIN_BAD_SAMPLES * definition.unitsPerSample)}`,
  ].join(' and ');
}
