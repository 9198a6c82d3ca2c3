import { budgetOf, type SloDefinition } from '../definition/slo-definition.js';
import { binomialUpperTail } from '../maths/binomial-tail.js';
import { totalOf, type Counts } from '../series/counts.js';

/** Fewer bad observations than this never raise an alert. */
export const MIN_BAD_SAMPLES = 3;
/** Most that the chance of as many bad ones may be, were the service exactly at its budget. */
export const MAX_CHANCE = 1e-4;

/**
 * Whether the counts are evidence of a service worse than its budget, and not chance: at 60 requests an hour and an
 * objective of 99.9 % a single failure burns 16 times the budget of its hour and means nothing.
 *
 * Units that come in lumps are counted in whole observations: bad ones rounded down, all rounded up.
 */
export function isEvidence(counts: Counts, definition: Pick<SloDefinition, 'objective' | 'unitsPerSample'>): boolean {
  const bad = Math.floor(counts.bad / definition.unitsPerSample);
  const total = Math.ceil(totalOf(counts) / definition.unitsPerSample);
  const budget = budgetOf(definition);
  // Up to the expected number the chance is a half or more: nothing to compute.
  if (bad < MIN_BAD_SAMPLES || bad <= total * budget) return false;
  return binomialUpperTail(bad, total, budget) < MAX_CHANCE;
}
