import { detectionMs, rulesFor, thresholdOf, type BurnRule, type SloDefinition } from '@holdfast/slo';
import { stringify } from 'yaml';
import { alertName, alertText, GENERATED, YAML_STYLE } from './rule-file.js';

const MINUTE = 60_000;
/** When the incident of each test begins, in minutes: long enough for the windows of an hour to be full. */
const ONSET = 65;
const AFTER = 60;
const PER_MINUTE = 100;

/** Unit tests for `promtool test rules`, of the file by that name. */
export function testFile(definitions: readonly SloDefinition[], rules: string): string {
  const document = {
    rule_files: [rules],
    // Coarser than in production: each evaluation sums days up, and what is tested are minutes.
    evaluation_interval: '1m',
    tests: [...definitions.map(outage), quiet(definitions)],
  };
  return `#${GENERATED}${stringify(document, YAML_STYLE)}`;
}

/** Everything fails at once: the fastest rule fires when the arithmetic of `@holdfast/slo` says so, and not long before. */
function outage(definition: SloDefinition) {
  const units = PER_MINUTE * definition.unitsPerSample;
  const rule = fastest(definition);
  const expected = detectionMs(definition, 'critical', 1) / MINUTE;
  const { labels, annotations } = alertText(rule, definition);
  const fired = { exp_labels: labels, exp_annotations: annotations };
  return {
    name: `${definition.id}: outage`,
    interval: '1m',
    input_series: [
      series(definition, 'good', `0+${String(units)}x${String(ONSET)} ${String(units * ONSET)}x${String(AFTER)}`),
      series(definition, 'bad', `0x${String(ONSET)} ${String(units)}+${String(units)}x${String(AFTER)}`),
    ],
    alert_rule_test: [
      { eval_time: `${String(ONSET)}m`, alertname: alertName(rule), exp_alerts: [] },
      ...(expected > 3 ? [{ eval_time: minutes(expected - 2), alertname: alertName(rule), exp_alerts: [] }] : []),
      { eval_time: minutes(expected + 2), alertname: alertName(rule), exp_alerts: [fired] },
    ],
  };
}

/** Two failures among 60 in an hour are above many a threshold, and are chance: nothing fires, of no SLO. */
function quiet(definitions: readonly SloDefinition[]) {
  const critical = definitions.flatMap((definition) =>
    rulesFor(definition).filter(({ severity }) => severity === 'critical'),
  );
  return {
    name: 'two failures of a quiet hour, of each SLO',
    interval: '1m',
    input_series: definitions.flatMap((definition) => {
      const units = definition.unitsPerSample;
      const bad = `0x${String(ONSET)} ${String(units)}x1 ${String(2 * units)}x${String(AFTER)}`;
      return [
        series(definition, 'good', `0+${String(units)}x${String(ONSET + AFTER)}`),
        series(definition, 'bad', bad),
      ];
    }),
    alert_rule_test: [...new Set(critical.map(alertName))].flatMap((alertname) =>
      [1, 3, 10].map((after) => ({ eval_time: minutes(after), alertname, exp_alerts: [] })),
    ),
  };
}

function series({ id }: SloDefinition, result: 'good' | 'bad', values: string) {
  return { series: `slo_events_total{slo="${id}",result="${result}",instance="a"}`, values };
}

function minutes(after: number): string {
  return `${String(Math.round((ONSET + after) * 60))}s`;
}

/** The critical rule that finds an outage first. */
function fastest(definition: SloDefinition): BurnRule {
  const needs = (rule: BurnRule) => rule.longMs * thresholdOf(rule, definition);
  const critical = rulesFor(definition).filter(({ severity }) => severity === 'critical');
  return critical.reduce((best, rule) => (needs(rule) < needs(best) ? rule : best));
}
