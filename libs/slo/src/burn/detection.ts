import type { SloDefinition } from '../definition/slo-definition.js';
import { MINUTE } from '../time.js';
import { BURN_RULES, rulesFor, thresholdOf, type Severity } from './burn-rules.js';

/**
 * Time in ms until a rule of the severity fires, if a service with steady traffic and no errors turns to `ratio` errors
 * at once: long window × threshold / ratio. Infinity if none ever does. Evaluation and confirmation come on top, and the
 * sample guard where traffic is low.
 */
export function detectionMs(definition: SloDefinition, severity: Severity, ratio: number): number {
  const times = rulesFor(definition)
    .filter((rule) => rule.severity === severity)
    .map((rule) => ({ threshold: thresholdOf(rule, definition), longMs: rule.longMs }))
    .filter(({ threshold }) => ratio >= threshold)
    .map(({ threshold, longMs }) => (longMs * threshold) / ratio);
  return Math.min(Infinity, ...times);
}

/** A producer that reports every 10 s and retries is not silent before this. */
const MIN_SILENCE_MS = 2 * MINUTE;

/**
 * Silence of all producers, in ms, that is an alert: the time the rule `fast` would need if everything failed. Whoever
 * hides behind silence is found no later than who reports its failures.
 */
export function silenceLimitMs(definition: SloDefinition): number {
  const [, fast] = BURN_RULES;
  return Math.max(MIN_SILENCE_MS, fast.longMs * thresholdOf(fast, definition));
}
