import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BURN_RULES, budgetOf, DEFAULT_SLOS, type SloDefinition } from '@holdfast/slo';
import { stringify } from 'yaml';
import { judgeAll, type Judged } from '../test/our-judgement.js';
import { inputSeries, play, SCENARIOS, STEP_MS, STEPS, type Scenario } from '../test/scenario.js';
import { FILES } from './files.js';
import { ratioName } from './promql.js';
import { ruleFile } from './rule-file.js';

const PROMTOOL = 'promtool';
const hasPromtool = spawnSync(PROMTOOL, ['--version']).status === 0;

/**
 * Most that two burn rates may differ, as a part of ours: Prometheus does not see what was counted before its first scrape
 * after a gap.
 */
const TOLERANCE = 0.03;
/** Between two of the burn rates that are compared, in steps. */
const COMPARE_EVERY = 40;

const SECONDS = STEP_MS / 1_000;
const at = (index: number) => `${String((index + 1) * SECONDS)}s`;

/** Longer windows are sums of increases over 5 min: their edges are that coarse. */
const RECORDED_STEPS = 300 / SECONDS;
const isDirect = (ms: number) => ms <= 3_600_000;

interface Expectation {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

/** Both windows of each rule: burn rates of Prometheus within the tolerance of ours, or none where we have none. */
function burnRates(definition: SloDefinition, judged: readonly Judged[]): Expectation[] {
  return judged.flatMap(({ burn }, index) => {
    if (index % COMPARE_EVERY !== COMPARE_EVERY - 1) return [];
    return burn.flatMap(({ id, longBurn, shortBurn }) => {
      const rule = BURN_RULES.find((each) => each.id === id);
      const windows = [
        { ms: rule?.longMs ?? 0, ours: longBurn },
        { ms: rule?.shortMs ?? 0, ours: shortBurn },
      ];
      return windows.filter(({ ms }) => isDirect(ms)).map((window) => compared(definition, window, index));
    });
  });
}

function compared(
  definition: SloDefinition,
  { ms, ours }: { readonly ms: number; readonly ours: number | null },
  index: number,
): Expectation {
  const labels = `{slo="${definition.id}"}`;
  const theirs = `${ratioName(ms)}${labels} / ${String(budgetOf(definition))}`;
  const when = { eval_time: at(index) };
  if (ours === null) return { ...when, expr: `${theirs} >= 0`, exp_samples: [] };
  const expr = `abs(${theirs} - ${String(ours)}) <= bool ${String(Math.max(ours * TOLERANCE, 1e-9))}`;
  return { ...when, expr, exp_samples: [{ labels, value: 1 }] };
}

/**
 * Around each change of a rule: what we hold for so long on both sides of a moment, Prometheus holds at that moment. That
 * is one evaluation; for windows of more than an hour, the 5 min of their increases on top.
 */
function firings(definition: SloDefinition, judged: readonly Judged[]): Expectation[] {
  return [...BURN_RULES, NO_DATA].flatMap(({ id, longMs }) => {
    const slack = isDirect(longMs) ? 1 : 1 + RECORDED_STEPS;
    const states = judged.map(({ firing }) => firing.has(id));
    const changes = states.flatMap((state, index) => (index > 0 && state !== states[index - 1] ? [index] : []));
    const moments = changes.flatMap((index) => [index - slack - 1, index + slack]);
    return [...new Set([...moments, STEPS / 4, STEPS - 20])]
      .filter((index) => index >= slack && index + slack < STEPS)
      .filter((index) => new Set(states.slice(index - slack, index + slack + 1)).size === 1)
      .map((index) => ({
        expr: `count(ALERTS{slo="${definition.id}",rule="${id}",alertstate="firing"})`,
        eval_time: at(index),
        exp_samples: states[index] === true ? [{ labels: '{}', value: 1 }] : [],
      }));
  });
}

/** What one scenario is judged by: with sums over days, which take promtool most of its time. */
const RULES = FILES['slo.rules.yml'] ?? '';
/** The rules of one SLO alone, with the same sums for whoever knows that there is nothing before the 3 h of a run. */
const shortRules = (definition: SloDefinition) => ruleFile([definition]).replaceAll(/\[(?:6|24|72)h:5m\]/g, '[4h:5m]');
/** In which the rule with the longest window has to fire. */
const isFull = ({ fires }: Scenario) => fires.includes('ticket-slow');

const NO_DATA = { id: 'no-data', longMs: 0 };

/** The first page of the incident. */
function firstFired(judged: readonly Judged[]): { readonly index: number; readonly rule: string } | undefined {
  const index = judged.findIndex(({ didFire }) => didFire);
  const [rule] = judged[index]?.firing ?? [];
  return rule === undefined ? undefined : { index, rule };
}

const cases = SCENARIOS.map((scenario, seed): [string, Scenario, SloDefinition, number] => {
  const definition = DEFAULT_SLOS.find(({ id }) => id === scenario.slo) ?? DEFAULT_SLOS[0];
  return [`${scenario.name}, ${definition.id}`, scenario, definition, seed];
});

(hasPromtool ? describe : describe.skip)(
  'both engines on the same data (skipped unless promtool is on the PATH: package prometheus of Debian)',
  () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-engines-'));
      await writeFile(join(folder, 'slo.rules.yml'), RULES);
    });

    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    it.each(cases)(
      '%s: the same burn rates, the same alerts at the same time',
      async (_name, scenario, definition, seed) => {
        const steps = play(scenario, { budget: budgetOf(definition) }, seed);
        const judged = judgeAll(definition, steps);
        const ids = new Set(judged.flatMap(({ firing }) => [...firing]));
        expect([...ids]).toEqual(expect.arrayContaining([...scenario.fires]));
        // What a person is woken by is one of the rules that are compared.
        if (ids.size > 0) expect(firstFired(judged)).toBeDefined();
        const rules = isFull(scenario) ? 'slo.rules.yml' : `${String(seed)}.rules.yml`;
        if (!isFull(scenario)) await writeFile(join(folder, rules), shortRules(definition));
        const document = {
          rule_files: [rules],
          evaluation_interval: `${String(SECONDS)}s`,
          tests: [
            {
              interval: `${String(SECONDS)}s`,
              input_series: inputSeries(definition, steps),
              promql_expr_test: [...burnRates(definition, judged), ...firings(definition, judged)],
            },
          ],
        };
        const file = join(folder, `${String(seed)}.test.yml`);
        await writeFile(file, stringify(document, { lineWidth: 0 }));
        const run = spawnSync(PROMTOOL, ['test', 'rules', file], { encoding: 'utf8', timeout: 150_000 });
        expect(run.stdout + run.stderr).not.toContain('FAILED');
        expect(run.status).toBe(0);
      },
      180_000,
    );
  },
);
