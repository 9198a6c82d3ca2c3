import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BURN_RULES, budgetOf, DEFAULT_SLOS, type SloDefinition } from '@holdfast/slo';
import { cleanEnvironment } from '@holdfast/testing';
import { stringify } from 'yaml';
import { judgeAll, type Judged } from '../test/our-judgement.js';
import { inputSeries, play, SCENARIOS, STEP_MS, STEPS, type Scenario } from '../test/scenario.js';
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

/**
 * The same sums for whoever knows that there is nothing before the 3 h of a run: sums over days, made anew each 15 s, would
 * take promtool most of its time. With the days in them the rules are tested by `slo.test.yml`.
 */
const shortened = (rules: string) => rules.replaceAll(/\[(?:6|24|72)h:5m\]/g, '[4h:5m]');

const NO_DATA = { id: 'no-data', longMs: 0 };

/** The first page of the incident. */
function firstFired(judged: readonly Judged[]): { readonly index: number; readonly rule: string } | undefined {
  const index = judged.findIndex(({ didFire }) => didFire);
  const [rule] = judged[index]?.firing ?? [];
  return rule === undefined ? undefined : { index, rule };
}

interface Case {
  readonly name: string;
  readonly scenario: Scenario;
  /** Of the SLO that the scenario is about, under an id of its own: several scenarios share a run of promtool. */
  readonly definition: SloDefinition;
  readonly seed: number;
}

const CASES = SCENARIOS.map((scenario, seed): Case => {
  const definition = DEFAULT_SLOS.find(({ id }) => id === scenario.slo) ?? DEFAULT_SLOS[0];
  const id = `${scenario.name.replaceAll(/[^a-z0-9]+/g, '-')}-${definition.id}`;
  return { name: `${scenario.name}, ${definition.id}`, scenario, definition: { ...definition, id }, seed };
});

(hasPromtool ? describe : describe.skip)(
  'both engines on the same data (skipped unless promtool is on the PATH: package prometheus of Debian)',
  () => {
    const played = CASES.map((each) => {
      const steps = play(each.scenario, { budget: budgetOf(each.definition) }, each.seed);
      return { ...each, steps, judged: judgeAll(each.definition, steps) };
    });
    let folder: string;
    let outputs: string[];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'holdfast-engines-'));
      // Two runs side by side: what takes promtool its time are evaluations, of however many series.
      const half = Math.ceil(played.length / 2);
      outputs = await Promise.all([run('a', played.slice(0, half)), run('b', played.slice(half))]);
    }, 180_000);

    /** @returns what promtool says of these scenarios, its failure included */
    async function run(name: string, cases: typeof played): Promise<string> {
      const rules = `${name}.rules.yml`;
      await writeFile(join(folder, rules), shortened(ruleFile(cases.map(({ definition }) => definition))));
      const test = {
        interval: `${String(SECONDS)}s`,
        input_series: cases.flatMap(({ definition, steps }) => inputSeries(definition, steps)),
        promql_expr_test: cases.flatMap(({ definition, judged }) => [
          ...burnRates(definition, judged),
          ...firings(definition, judged),
        ]),
      };
      const document = { rule_files: [rules], evaluation_interval: `${String(SECONDS)}s`, tests: [test] };
      const file = join(folder, `${name}.test.yml`);
      await writeFile(file, stringify(document, { lineWidth: 0 }));
      // A fifth of its time it would collect garbage.
      const options = { timeout: 150_000, env: { ...cleanEnvironment(), GOGC: '800' } };
      const done = promisify(execFile)(PROMTOOL, ['test', 'rules', file], options);
      return done.then(
        ({ stdout, stderr }) => stdout + stderr,
        (error: unknown) => {
          const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
          return `FAILED ${String(error)}\n${stdout}${stderr}`;
        },
      );
    }

    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    it.each(played)('$name: what it has to be about happens', ({ scenario, judged }) => {
      const ids = new Set(judged.flatMap(({ firing }) => [...firing]));
      expect([...ids]).toEqual(expect.arrayContaining([...scenario.fires]));
      // What a person is woken by is one of the rules that are compared.
      if (ids.size > 0) expect(firstFired(judged)).toBeDefined();
    });

    it.each(played)('$name: the same burn rates, the same alerts at the same time', ({ definition }) => {
      // promtool names the expression that differs, and in it the SLO.
      const differing = outputs.flatMap((output) => output.split('\n')).filter((line) => line.includes(definition.id));
      expect(differing).toEqual([]);
    });

    it('agree in all', () => {
      for (const output of outputs) expect(output).not.toContain('FAILED');
    });
  },
);
