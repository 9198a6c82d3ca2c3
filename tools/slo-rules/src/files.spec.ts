import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SLOS, rulesFor, thresholdOf } from '@holdfast/slo';
import { parse } from 'yaml';
import { DIRECTORY, FILES } from './files.js';

const directory = new URL(`../../../${DIRECTORY}`, import.meta.url);

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

describe('the rules for Prometheus', () => {
  it('are what the definitions say; else run `npm run slo:rules`', async () => {
    expect((await readdir(directory)).sort()).toEqual(Object.keys(FILES).sort());
    for (const [name, text] of Object.entries(FILES)) {
      expect(await readFile(new URL(name, directory), 'utf8')).toBe(text);
    }
  });

  it('alert by every rule of every SLO, at its threshold, and by nothing that is not recorded', () => {
    const { groups } = parse(FILES['slo.rules.yml'] ?? '') as { groups: { rules: Rule[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
    for (const definition of DEFAULT_SLOS) {
      for (const rule of rulesFor(definition)) {
        const alert = rules.find(({ labels }) => labels?.['slo'] === definition.id && labels['rule'] === rule.id);
        const used = [...(alert?.expr ?? '').matchAll(/slo:\w+:\w+/g)].map(([name]) => name);
        expect(used).toHaveLength(4);
        for (const name of used) expect(recorded).toContain(name);
        expect(Number(/>= ([\d.]+)/.exec(alert?.expr ?? '')?.[1])).toBeCloseTo(thresholdOf(rule, definition), 12);
      }
    }
  });
});

const PROMTOOL = 'promtool';
const hasPromtool = spawnSync(PROMTOOL, ['--version']).status === 0;

(hasPromtool ? describe : describe.skip)('promtool (skipped unless on the PATH: package prometheus of Debian)', () => {
  it.each([
    ['check', 'slo.rules.yml'],
    ['test', 'slo.test.yml'],
  ])(
    '%s rules %s',
    (command, file) => {
      const run = spawnSync(PROMTOOL, [command, 'rules', file], { cwd: fileURLToPath(directory), encoding: 'utf8' });
      expect(run.stdout + run.stderr).not.toContain('FAILED');
      expect(run.status).toBe(0);
    },
    180_000,
  );
});
