import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { repositoryRoot } from '@holdfast/testing';
import { FixtureTree } from './planted/fixture-tree.js';
import { LINT_VIOLATIONS, LINTED_TREE } from './planted/lint-violations.js';
import { runTool, type ToolResult } from './planted/run-tool.js';

jest.setTimeout(240_000);

const root = repositoryRoot();
const TSCONFIG = JSON.stringify({
  extends: join(root, 'tsconfig.json'),
  compilerOptions: {
    paths: { '@holdfast/*': ['./libs/*/src/index.ts'] },
    typeRoots: [join(root, 'node_modules/@types')],
  },
  include: ['apps/*/src/**/*', 'libs/*/src/**/*'],
});

const trees: FixtureTree[] = [];

afterAll(async () => {
  await Promise.all(trees.map((tree) => tree.remove()));
});

async function plant(files: Readonly<Record<string, string>>): Promise<string> {
  const tree = await FixtureTree.create({ 'tsconfig.json': TSCONFIG, ...files });
  trees.push(tree);
  return tree.path;
}

describe('the linter', () => {
  let broken: string[][];

  beforeAll(async () => {
    const input = JSON.stringify(LINT_VIOLATIONS.map(({ file, code }) => ({ file, code: `${code}\n` })));
    const cwd = await plant(LINTED_TREE);
    const { stdout, output } = await runTool('test/planted/lint-snippets.mjs', [], cwd, input);
    expect(output).toBe(stdout);
    broken = JSON.parse(stdout) as string[][];
  });

  it.each(LINT_VIOLATIONS.map(({ what, rule }, index) => [what, rule, index] as const))(
    'refuses %s (%s)',
    (_what, rule, index) => {
      expect(broken[index]).toContain(rule);
    },
  );
});

describe('the borders', () => {
  let report: ToolResult;

  beforeAll(async () => {
    const cwd = await plant(FILES);
    const args = ['--config', join(root, '.dependency-cruiser.cjs'), 'apps', 'libs', 'tools'];
    report = await runTool('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', args, cwd);
  });

  const FILES: Record<string, string> = {
    'package.json': JSON.stringify({
      name: 'planted',
      type: 'module',
      dependencies: { zod: '*', pg: '*' },
      devDependencies: { vite: '*' },
    }),
    'libs/contracts/src/index.ts': "import pg from 'pg';\nexport const client = pg.Client;\n",
    'libs/config/src/index.ts': "export { a } from './a.js';\n",
    'libs/config/src/a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
    'libs/config/src/b.ts': "import { a } from './a.js';\nexport const b = () => a;\n",
    'libs/redis/src/index.ts': "import { x } from '@holdfast/database';\nexport const y = x;\n",
    'libs/database/src/index.ts': "export { z as x } from '../../../apps/gateway/src/z.js';\n",
    'libs/health/src/index.ts': "import { a } from '../../config/src/a.js';\nexport const h = a;\n",
    'libs/scaling/src/index.ts': "export { p } from './nowhere.js';\n",
    'libs/observability/src/index.ts': "export { o } from './o.spec.js';\n",
    'libs/observability/src/o.spec.ts': 'export const o = 1;\n',
    'libs/react/src/index.ts': "import { Client } from 'pg';\nexport const r = Client;\n",
    'libs/shutdown/src/index.ts': "import { t } from '@holdfast/testing';\nexport const s = t;\n",
    'libs/testing/src/index.ts': 'export const t = 1;\n',
    'libs/client/src/index.ts': "import { readFileSync } from 'node:fs';\nexport const c = readFileSync;\n",
    'apps/gateway/src/z.ts': "import { w } from '../../agent-worker/src/w.js';\nexport const z = w;\n",
    'apps/agent-worker/src/w.ts': 'export const w = 1;\n',
    'apps/slo-service/src/main.ts': "import pino from 'pino';\nexport const p = pino;\n",
    'apps/slo-service/src/build.ts': "import { build } from 'vite';\nexport const u = build;\n",
    'apps/slo-service/src/deep.ts': "import { a } from '../../../libs/config/src/a.js';\nexport const d = a;\n",
    'apps/slo-service/src/tool.ts': "import { k } from '../../../tools/stack/src/k.js';\nexport const t = k;\n",
    'tools/stack/src/k.ts': "import { w } from '../../../apps/agent-worker/src/w.js';\nexport const k = w;\n",
    'apps/web/src/main.ts': "import { y } from '@holdfast/redis';\nexport const v = y;\n",
  };

  it.each([
    ['a cycle', 'no-circular', 'libs/config/src/a.ts'],
    ['a lib that imports an app', 'libs-not-apps', 'libs/database/src/index.ts'],
    ['an app that imports an app', 'app-not-app', 'apps/gateway/src/z.ts'],
    ['a lib that imports its neighbour in the layer', 'layer-redis', 'libs/redis/src/index.ts'],
    ['an app that imports a tool', 'app-not-tool', 'apps/slo-service/src/tool.ts'],
    ['a tool that imports an app', 'tools-not-apps', 'tools/stack/src/k.ts'],
    ['a lib entered beside its index by a lib', 'index-only-lib', 'libs/health/src/index.ts'],
    ['a lib entered beside its index by an app', 'index-only', 'apps/slo-service/src/deep.ts'],
    ['an import that leads nowhere', 'not-resolvable', 'libs/scaling/src/index.ts'],
    ['a test that is imported', 'tests-are-leaves', 'libs/observability/src/index.ts'],
    ['contracts that import more than zod', 'contracts-zod-only', 'libs/contracts/src/index.ts'],
    ['the web app that imports a server lib', 'layer-web', 'apps/web/src/main.ts'],
    ["Node's modules in a browser lib", 'browser-no-node-core', 'libs/client/src/index.ts'],
    ['a server package in a browser lib', 'browser-no-server-code', 'libs/react/src/index.ts'],
    ['test tools at run time', 'testing-in-tests-only', 'libs/shutdown/src/index.ts'],
    ['a package that is not declared', 'no-undeclared-package', 'apps/slo-service/src/main.ts'],
    ['a development package at run time', 'no-dev-package-at-run-time', 'apps/slo-service/src/build.ts'],
  ])('refuse %s (%s)', (_what, rule, from) => {
    expect(report.output).toMatch(new RegExp(`error ${rule}: ${from.replaceAll('.', '[.]')} `));
  });

  it('fail the check', () => {
    expect(report.code).toBe(1);
  });
});

describe('knip', () => {
  it('refuses a dead file, a dead export and a dead type', async () => {
    const cwd = await plant({
      'package.json': JSON.stringify({ name: 'planted', type: 'module' }),
      'apps/gateway/src/main.ts': "import { used } from './used.js';\nused();\n",
      'apps/gateway/src/used.ts': 'export const used = () => 1;\nexport const dead = 2;\nexport type Dead = 3;\n',
      'apps/gateway/src/unused.ts': 'export const alone = 1;\n',
    });
    const knip = (config: string) => runTool('node_modules/knip/bin/knip.js', ['--config', join(root, config)], cwd);
    const [values, types] = await Promise.all([knip('knip.json'), knip('knip.types.json')]);
    expect([values.code, types.code]).toEqual([1, 1]);
    expect(values.output).toMatch(/Unused files[\s\S]*unused\.ts/);
    expect(values.output).toMatch(/Unused exports[\s\S]*dead .*used\.ts/);
    expect(types.output).toMatch(/Unused exported types[\s\S]*Dead .*used\.ts/);
  });
});

describe('the other checks', () => {
  it('refuse a file that is not formatted', async () => {
    const cwd = await plant({ 'libs/a/src/index.ts': 'export const a={b:"c"}\n' });
    const args = ['--config', join(root, '.prettierrc.json'), '--check', 'libs'];
    const { code, output } = await runTool('node_modules/prettier/bin/prettier.cjs', args, cwd);
    expect(code).toBe(1);
    expect(output).toContain('libs/a/src/index.ts');
  });

  it('refuse a type error', async () => {
    const cwd = await plant({
      'libs/a/src/index.ts': "export const a: number = 'one';\nexport const b: { c?: 1 } = { c: undefined };\n",
    });
    const { code, output } = await runTool('node_modules/typescript/bin/tsc', ['-p', '.'], cwd);
    expect(code).toBe(1);
    expect(output).toContain('TS2322');
    expect(output).toContain('exactOptionalPropertyTypes');
  });

  it('are all part of `npm run check`, over the whole repository', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['check']).toMatch(/^npm run check:static && /);
    for (const name of ['check:format', 'lint', 'types', 'depcruise', 'knip']) {
      expect(scripts['check:static']).toContain(`npm run ${name}`);
    }
    expect(scripts).toMatchObject({
      'check:format': 'prettier --check .',
      lint: 'eslint .',
      types: 'tsc -p tsconfig.json && tsc -p tsconfig.web.json',
      depcruise: 'depcruise apps libs tools test',
      knip: 'knip && knip --config knip.types.json',
    });
  });
});
