import { budgetOf, type SloDefinition } from '../definition/slo-definition.js';
import { errorRatio, type Counts } from '../series/counts.js';

/**
 * How many times faster than allowed the budget is consumed: (bad / total) / (1 − objective); 1 consumes exactly the
 * budget in a period. Null if nothing happened. (Google, The Site Reliability Workbook, chapter 5, "Burn Rate".)
 */
export function burnRate(counts: Counts, definition: Pick<SloDefinition, 'objective'>): number | null {
  const ratio = errorRatio(counts);
  return ratio === null ? null : ratio / budgetOf(definition);
}
