import { type SloDefinition, budgetOf } from '@holdfast/slo';
import { allName, badName, promDuration } from './promql.js';

/** Constants of each SLO, as series: the rules about chance are the same for all of them. */
const BUDGET = 'slo:budget';
const UNITS_PER_SAMPLE = 'slo:units_per_sample';

/** Natural logarithm of the greatest chance that is still evidence: 1 in 10,000. */
const LOG_MAX_CHANCE = String(Number(Math.log(1e-4).toPrecision(6)));

const badSamples = (ms: number) => `slo:bad_samples:${promDuration(ms)}`;
const goodSamples = (ms: number) => `slo:good_samples:${promDuration(ms)}`;
const chanceName = (ms: number) => `slo:log_chance:${promDuration(ms)}`;

/** What the SLOs differ in. */
export function constantRules(definitions: readonly SloDefinition[]) {
  return definitions.flatMap((definition) => [
    { record: BUDGET, expr: `vector(${String(budgetOf(definition))})`, labels: { slo: definition.id } },
    { record: UNITS_PER_SAMPLE, expr: `vector(${String(definition.unitsPerSample)})`, labels: { slo: definition.id } },
  ]);
}

/**
 * Logarithm of the chance of as many bad observations, were the service exactly at its budget: the first term of the
 * binomial tail by Stirling's formula, times the geometric series that bounds the rest. PromQL has no loops; where the
 * decision falls the result differs from the sum of `@holdfast/slo` by a few percent. Increases are no whole numbers
 * where Prometheus extrapolates, hence the hundredths. The good ones are kept above 0, where the logarithm ends; there the
 * root is 1.
 */
export function chanceRules(longMs: number) {
  const bad = badSamples(longMs);
  const good = goodSamples(longMs);
  const all = `(${bad} + ${good})`;
  const odds = `(${BUDGET} / (1 - ${BUDGET}))`;
  return [
    { record: bad, expr: `floor(${badName(longMs)} / ${UNITS_PER_SAMPLE} + 0.01)` },
    { record: good, expr: `clamp_min(ceil(${allName(longMs)} / ${UNITS_PER_SAMPLE} - 0.01) - ${bad}, 0.16)` },
    {
      record: chanceName(longMs),
      expr: [
        `- ${bad} * ln(${bad} / (${all} * ${BUDGET}))`,
        `- ${good} * ln(${good} / (${all} * (1 - ${BUDGET})))`,
        `- 0.5 * ln(6.283185 * ${bad} * ${good} / ${all})`,
        `- 1 / (12 * ${bad})`,
        `- ln(1 - ${good} / (${bad} + 1) * ${odds})`,
      ].join(' '),
    },
  ];
}

/** The guard against chance of an alert, as `isEvidence` of `@holdfast/slo`. */
export function evidenceExpr(longMs: number, selector: string): string {
  return `${badSamples(longMs)}${selector} >= 3 and ${chanceName(longMs)}${selector} < ${LOG_MAX_CHANCE}`;
}
