import { BURN_RULES } from '@holdfast/slo';

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
  return ascending(BURN_RULES.flatMap(({ longMs, shortMs }) => [longMs, shortMs]));
}

/** The windows that have to be more than chance, in ms, the shortest first. */
export function longWindows(): number[] {
  return ascending(BURN_RULES.map(({ longMs }) => longMs));
}

function ascending(lengths: readonly number[]): number[] {
  return [...new Set(lengths)].sort((a, b) => a - b);
}

export const eventsName = (ms: number) => `slo:events:${promDuration(ms)}`;
export const badName = (ms: number) => `slo:bad:${promDuration(ms)}`;
export const allName = (ms: number) => `slo:all:${promDuration(ms)}`;
export const ratioName = (ms: number) => `slo:error_ratio:${promDuration(ms)}`;

/** Units of a window, per SLO and result. */
export function countExpr(ms: number): string {
  const window = promDuration(ms);
  return ms <= LONGEST_DIRECT
    ? `sum by (slo, result) (increase(slo_events_total{result=~"good|bad"}[${window}]))`
    : `sum by (slo, result) (sum_over_time(${INCREASE}[${window}:5m]))`;
}
