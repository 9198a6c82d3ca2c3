import { describe, expect, it } from '@jest/globals';
import { checkDefinition, DEFINITION_FAULTS } from '@holdfast/slo';
import fc from 'fast-check';
import { parseOpenSlo } from './parse-open-slo.js';
import { OPENSLO_RULES, type OpenSloRule } from './problem.js';

const SLO = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: search-latency
  displayName: Search
  labels: { team: [search, web] }
  annotations:
    holdfast.dev/deadline-ms: '750'
    holdfast.dev/comparison: above
    holdfast.dev/depends-on: database-latency, error-rate
    example.com/owner: nobody
spec:
  description: Searches that answer within 750 ms
  service: search
  indicator:
    metadata: { name: fast-searches }
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: holdfast
            spec: { event: search-latency, filter: { result: good } }
        total:
          metricSource:
            type: holdfast
            spec: { event: search-latency }
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - targetPercent: 99.9
`;

const POLICY = 'apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: { name: page-us }\nspec: { conditions: [] }\n';

const SLI = `apiVersion: openslo/v1
kind: SLI
metadata: { name: fast }
spec:
  ratioMetric:
    counter: true
    bad: { metricSource: { metricSourceRef: ours, spec: { event: search-latency, filter: { result: bad } } } }
    total: { metricSource: { metricSourceRef: ours, spec: { event: search-latency } } }
`;

const SOURCE = 'apiVersion: openslo/v1\nkind: DataSource\nmetadata: { name: ours }\nspec: { type: holdfast }\n';
const SERVICE = 'apiVersion: openslo/v1\nkind: Service\nmetadata: { name: search }\nspec: {}\n';

const told = async (text: string) =>
  (await parseOpenSlo(text)).problems.map(({ line, column, path, rule }) => ({ line, column, path, rule }));
const change = (from: string, to: string, text = SLO) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

describe('parseOpenSlo', () => {
  it('reads an SLO with its annotations', async () => {
    expect(await parseOpenSlo(SLO)).toEqual({
      problems: [],
      definitions: [
        {
          id: 'search-latency',
          revision: 1,
          title: 'Search',
          indicator: 'Searches that answer within 750 ms',
          service: 'search',
          unit: 'events',
          objective: 0.999,
          comparison: 'above',
          deadlineMs: 750,
          windowMs: 28 * 86_400_000,
          unitsPerSample: 1,
          dependsOn: ['database-latency', 'error-rate'],
        },
      ],
    });
  });

  it('takes all kinds but those of alerts, in one text and in any order', async () => {
    const [head = '', indicator = ''] = SLO.split('  indicator:\n');
    const rest = indicator.slice(indicator.indexOf('  timeWindow'));
    const text = [
      `${head}  indicatorRef: fast\n${rest}  alertPolicies: []\n`,
      SLI,
      SERVICE,
      SOURCE,
      '# nothing but a comment\n',
    ].join('---\n');
    const { definitions, problems } = await parseOpenSlo(text);
    expect(problems).toEqual([]);
    expect(definitions.map(({ id }) => id)).toEqual(['search-latency']);
  });

  it.each<[OpenSloRule, string, string, string]>([
    ['version_unsupported', change('openslo/v1', 'openslo/v1alpha'), 'apiVersion:', 'apiVersion'],
    ['version_unsupported', '- a list\n', '- a list', 'apiVersion'],
    ['kind_unsupported', change('kind: SLO', 'kind: Pod'), 'kind:', 'kind'],
    ['kind_unsupported', change('kind: SLO', 'kind: toString'), 'kind:', 'kind'],
    ['missing_field', change('  service: search\n', ''), 'spec:', 'spec.service'],
    ['unknown_field', change('  service:', '  servise: x\n  service:'), 'servise:', 'spec.servise'],
    ['wrong_value', change('99.9', 'many'), 'targetPercent:', 'spec.objectives[0].targetPercent'],
    ['wrong_value', change('duration: 4w', 'duration: 4 weeks'), 'duration:', 'spec.timeWindow[0].duration'],
    ['name_malformed', change('name: search-latency', 'name: Search Latency'), 'name:', 'metadata.name'],
    ['method_unsupported', change('Occurrences', 'Timeslices'), 'budgetingMethod:', 'spec.budgetingMethod'],
    ['method_unsupported', change('Occurrences', 'RatioTimeslices'), 'budgetingMethod:', 'spec.budgetingMethod'],
    [
      'method_unsupported',
      change('    - targetPercent', '    - timeSliceWindow: 1m\n      targetPercent'),
      'timeSliceWindow:',
      'spec.objectives[0].timeSliceWindow',
    ],
    [
      'calendar_unsupported',
      change('isRolling: true', 'isRolling: false'),
      'isRolling:',
      'spec.timeWindow[0].isRolling',
    ],
    ['duration_unsupported', change('4w', '1M'), 'duration:', 'spec.timeWindow[0].duration'],
    ['window_out_of_range', change('4w', '5h'), 'duration:', 'spec.timeWindow[0].duration'],
    [
      'objective_out_of_range',
      change('targetPercent: 99.9', 'targetPercent: 100'),
      'targetPercent:',
      'spec.objectives[0].targetPercent',
    ],
    ['objective_out_of_range', change('targetPercent: 99.9', 'target: 0'), 'target:', 'spec.objectives[0].target'],
    [
      'one_objective',
      change('targetPercent: 99.9', 'targetPercent: 99\n    - target: 0.9'),
      'objectives:',
      'spec.objectives',
    ],
    ['one_objective', change('targetPercent: 99.9', 'displayName: none'), '- displayName: none', 'spec.objectives[0]'],
    ['threshold_unsupported', change('targetPercent', 'op: lte\n      targetPercent'), 'op:', 'spec.objectives[0].op'],
    [
      'threshold_unsupported',
      change('ratioMetric:', 'thresholdMetric: {}\n      ratioMetric:'),
      'thresholdMetric:',
      'spec.indicator.spec.thresholdMetric',
    ],
    ['ratio_incomplete', change('counter: true', 'counter: false'), 'ratioMetric:', 'spec.indicator.spec.ratioMetric'],
    [
      'event_mismatch',
      change('event: search-latency, ', 'event: other, '),
      'event:',
      'spec.indicator.spec.ratioMetric.good.metricSource.spec.event',
    ],
    [
      'filter_unsupported',
      change('result: good', 'result: bad'),
      'filter:',
      'spec.indicator.spec.ratioMetric.good.metricSource.spec.filter',
    ],
    [
      'source_unsupported',
      change('type: holdfast', 'type: prometheus'),
      'metricSource:',
      'spec.indicator.spec.ratioMetric.good.metricSource',
    ],
    [
      'unknown_reference',
      change('type: holdfast', 'metricSourceRef: theirs'),
      'metricSourceRef:',
      'spec.indicator.spec.ratioMetric.good.metricSource.metricSourceRef',
    ],
    [
      'annotation_unknown',
      change('deadline-ms', 'deadline'),
      'holdfast.dev/deadline:',
      'metadata.annotations["holdfast.dev/deadline"]',
    ],
    [
      'annotation_malformed',
      change("'750'", 'soon'),
      'holdfast.dev/deadline-ms:',
      'metadata.annotations["holdfast.dev/deadline-ms"]',
    ],
    [
      'deadline_out_of_range',
      change("'750'", "'0'"),
      'holdfast.dev/deadline-ms:',
      'metadata.annotations["holdfast.dev/deadline-ms"]',
    ],
    [
      'depends_on_itself',
      change('database-latency, error-rate', 'search-latency'),
      'holdfast.dev/depends-on:',
      'metadata.annotations["holdfast.dev/depends-on"]',
    ],
    [
      'revision_malformed',
      change('example.com/owner: nobody', "holdfast.dev/revision: '0'"),
      'holdfast.dev/revision:',
      'metadata.annotations["holdfast.dev/revision"]',
    ],
    [
      'units_per_sample_out_of_range',
      change('example.com/owner: nobody', "holdfast.dev/units-per-sample: '9999'"),
      'holdfast.dev/units-per-sample:',
      'metadata.annotations["holdfast.dev/units-per-sample"]',
    ],
    ['alert_unsupported', POLICY, 'kind: AlertPolicy', 'kind'],
    ['alert_unsupported', `${SERVICE}---\n${change('Policy', 'Condition', POLICY)}`, 'kind: AlertCondition', 'kind'],
    ['alert_unsupported', change('Policy', 'NotificationTarget', POLICY), 'kind: AlertNotificationTarget', 'kind'],
    ['alert_unsupported', `${SLO}  alertPolicies:\n    - page-us\n`, 'alertPolicies:', 'spec.alertPolicies'],
    ['duplicate_name', `${SERVICE}---\n${SERVICE}`, 'name:', 'metadata.name'],
    ['syntax', change('kind: SLO', 'kind: "SLO'), '', ''],
    ['syntax', change('- targetPercent', ']- targetPercent'), ']- targetPercent', ''],
    ['duplicate_key', change('kind: SLO', 'kind: SLO\nkind: SLI'), 'kind: SLI', ''],
  ])('tells %s and where: %#', async (rule, text, where, path) => {
    const problem = (await told(text)).find((one) => one.rule === rule);
    expect(problem).toMatchObject({ path });
    expect(text.split('\n')[(problem?.line ?? 0) - 1]).toContain(where);
    expect((await parseOpenSlo(text)).definitions).toEqual([]);
  });

  it('names the column', async () => {
    expect(await told(change('result: good', 'result: bad'))).toMatchObject([{ column: 44 }]);
  });

  it('counts lines over all documents, and goes on after a wrong one', async () => {
    const second = change('name: search-latency', 'name: search-two').replaceAll(
      'event: search-latency',
      'event: search-two',
    );
    const { definitions, problems } = await parseOpenSlo(
      `${change('4w', '5h')}---\n${second}---\n${change('kind: SLO', 'kind: X')}`,
    );
    expect(definitions.map(({ id }) => id)).toEqual(['search-two']);
    expect(problems.map(({ line, rule }) => [line, rule])).toEqual([
      [29, 'window_out_of_range'],
      [70, 'kind_unsupported'],
    ]);
  });

  it('tells all that is wrong, from the top down', async () => {
    const text = change("'750'", 'soon').replace('Occurrences', 'Timeslices').replace('4w', '1Y');
    expect((await told(text)).map(({ rule }) => rule)).toEqual([
      'annotation_malformed',
      'duration_unsupported',
      'method_unsupported',
    ]);
  });

  it('takes aliases, but no bomb of them', async () => {
    expect(
      await parseOpenSlo(
        change('displayName: Search', 'displayName: &title Search').replace(
          'Searches that answer within 750 ms',
          '*title',
        ),
      ),
    ).toMatchObject({ definitions: [{ indicator: 'Search' }], problems: [] });
    const names = [...Array(12).keys()].map((index) => `x${String(index)}`);
    const bomb = names.map(
      (name, index) =>
        `${name}: &${name} [${Array(10)
          .fill(index === 0 ? 'lol' : `*x${String(index - 1)}`)
          .join(', ')}]`,
    );
    expect((await told(bomb.join('\n'))).map(({ rule }) => rule)).toEqual(['alias_bomb']);
  });

  it('throws at no text, and lets no definition through that cannot be judged by', async () => {
    const cut = fc
      .tuple(fc.nat(SLO.length), fc.nat(30), fc.string({ maxLength: 12 }))
      .map(([at, length, put]) => SLO.slice(0, at) + put + SLO.slice(at + length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), cut, fc.json()), async (text) => {
        for (const definition of (await parseOpenSlo(text)).definitions)
          expect(checkDefinition(definition)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('has every fault of a definition among its rules', () => {
    for (const fault of Object.keys(DEFINITION_FAULTS)) expect(OPENSLO_RULES).toHaveProperty(fault);
  });
});
