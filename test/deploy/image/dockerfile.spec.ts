import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '@holdfast/testing';
import { SECRETS, VARIABLES } from '../variables.js';
import { contextFiles, ignoreRules } from './build-context.js';
import { environmentOf, execForm, lastOf, lineage, parseDockerfile } from './dockerfile.js';

const root = repositoryRoot();
const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const APPS = ['gateway', 'agent-worker', 'slo-service'] as const;
const TARGETS = [...APPS, 'migrate'] as const;

describe('the Dockerfile', () => {
  it('starts each target as node itself, without a shell that would keep signals', () => {
    for (const target of TARGETS) {
      const command = execForm(lastOf(stages, target, 'CMD')?.text ?? '');
      expect(command[0]).toBe('node');
      expect(lastOf(stages, target, 'ENTRYPOINT')).toBeUndefined();
      expect(lastOf(stages, target, 'STOPSIGNAL')?.text).toBe('SIGTERM');
    }
  });

  it('runs each target as a user by number that is not root', () => {
    for (const target of TARGETS) expect(lastOf(stages, target, 'USER')?.text).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
  });

  it('asks each app for its health on the port that it listens on', () => {
    for (const app of APPS) {
      const { PORT } = environmentOf(stages, app);
      expect(lastOf(stages, app, 'EXPOSE')?.text).toBe(PORT);
      expect(execForm(lastOf(stages, app, 'HEALTHCHECK')?.text ?? '').join(' ')).toContain('PORT}/health/live');
    }
  });

  it('sets only variables that exist, and no secret', () => {
    for (const target of TARGETS) {
      const names = Object.keys(environmentOf(stages, target));
      expect(names.filter((name) => !VARIABLES.has(name))).toEqual(['NODE_ENV', 'NODE_OPTIONS']);
      expect(names.filter((name) => SECRETS.has(name))).toEqual([]);
    }
  });

  it('ships no package and no file that only builds need', () => {
    const shipped = lineage(stages, 'gateway').flatMap(({ instructions }) => instructions);
    expect(shipped.filter(({ name }) => name === 'RUN')).toEqual([]);
    expect(shipped.map(({ flags }) => flags['from']).filter((from) => from !== undefined)).toEqual([
      'packages',
      'build',
    ]);
    const packages = stages.find(({ name }) => name === 'packages')?.instructions ?? [];
    expect(packages.find(({ name }) => name === 'RUN')?.text).toContain('npm prune --omit=dev');
  });

  it('shares every layer among the targets', () => {
    for (const target of TARGETS) {
      const own = stages.find(({ name }) => name === target);
      expect(own?.base).toBe('runtime');
      const layers = own?.instructions.filter(({ name }) => ['COPY', 'RUN', 'ADD', 'WORKDIR'].includes(name));
      expect(layers).toEqual([]);
    }
  });
});

describe('what is sent to the engine', () => {
  it('is what the build needs, and nothing that could hold a secret', () => {
    const files = contextFiles(root);
    expect(files).toEqual(expect.arrayContaining(['package-lock.json', 'apps/gateway/src/main.ts', 'docs/health.md']));
    expect(files.filter((path) => /(^|\/)\.(env|git|holdfast)|spec\.tsx?$|^dist\//.test(path))).toEqual([]);
  });

  it('follows the last rule that matches', () => {
    const isIgnored = ignoreRules('*\n!apps\n**/*.spec.ts\n# a comment\n');
    expect(['secret.env', 'apps/x/a.spec.ts', 'apps/a.spec.ts', 'apps/x/a.ts', 'appsx'].map(isIgnored)).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
  });
});
