/**
 * Borders of the repository. A lib may import those that stand in its row, and nothing else; rows follow the layers of
 * ARCHITECTURE.md, arrows down only.
 */
const BASE = ['config', 'observability', 'contracts', 'slo'];
const LIFE = ['health', 'shutdown', ...BASE];
const STORES = ['redis', 'database', ...LIFE];

const MAY_IMPORT = {
  contracts: [],
  slo: [],
  openslo: ['slo'],
  config: ['contracts', 'slo'],
  observability: ['contracts', 'slo'],
  shutdown: BASE,
  // Readiness ends when a shutdown begins.
  health: ['shutdown', ...BASE],
  redis: LIFE,
  database: LIFE,
  conversation: STORES,
  scaling: STORES,
  'slo-recorder': ['redis', ...LIFE],
  client: ['contracts'],
  react: ['client', 'contracts'],
  testing: ['conversation', 'scaling', 'client', ...STORES],
};

const SERVER_LIBS = ['conversation', 'scaling', 'slo-recorder', ...STORES];

const APPS_MAY_IMPORT = {
  gateway: SERVER_LIBS,
  'agent-worker': SERVER_LIBS,
  'slo-service': ['openslo', ...SERVER_LIBS],
  web: ['react', 'client', 'contracts'],
};

const TEST_FILE = '([.](spec|int-spec|e2e-spec)[.]tsx?$|/test/)';

const libs = (names) => `^libs/(${names.join('|')})/`;

function layer(kind, name, allowed) {
  const own = kind === 'libs' ? [name, ...allowed] : allowed;
  return {
    name: `layer-${name}`,
    comment: `${kind}/${name} may import ${allowed.length === 0 ? 'no lib' : allowed.join(', ')} only.`,
    severity: 'error',
    from: { path: `^${kind}/${name}/`, pathNot: TEST_FILE },
    to: { path: '^libs/', pathNot: own.length === 0 ? [] : libs(own) },
  };
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'libs-not-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^(apps|tools)/' } },
    { name: 'tools-not-apps', severity: 'error', from: { path: '^tools/' }, to: { path: '^apps/' } },
    {
      name: 'app-not-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'app-not-tool',
      severity: 'error',
      from: { path: '^apps/', pathNot: TEST_FILE },
      to: { path: '^(tools|test)/' },
    },
    {
      name: 'index-only',
      comment: 'A lib is entered through its index.ts.',
      severity: 'error',
      from: { path: '^(?:libs|apps|tools|test)/([^/]+)/', pathNot: '^libs/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index[.]ts$' },
    },
    {
      name: 'index-only-lib',
      comment: 'A lib is entered through its index.ts.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/src/index[.]ts$', '^libs/$1/'] },
    },
    {
      name: 'testing-in-tests-only',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: [TEST_FILE, '^libs/testing/'] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'tests-are-leaves',
      severity: 'error',
      from: { pathNot: TEST_FILE },
      to: { path: TEST_FILE },
    },
    {
      name: 'contracts-zod-only',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: TEST_FILE },
      to: { pathNot: ['^libs/contracts/', '^node_modules/zod/'] },
    },
    {
      name: 'slo-pure',
      comment: 'Arithmetic only: no package, no Node module, no other lib.',
      severity: 'error',
      from: { path: '^libs/slo/', pathNot: TEST_FILE },
      to: { pathNot: '^libs/slo/' },
    },
    {
      name: 'browser-no-server-code',
      comment: 'What runs in a browser imports no Node module and no server package.',
      severity: 'error',
      from: { path: '^(apps/web|libs/(react|client|contracts))/', pathNot: [TEST_FILE, 'vite[.]config[.]ts$'] },
      to: { path: '(^|/)node_modules/(@nestjs|ioredis|bullmq|pg|typeorm|socket[.]io|pino|fastify)/' },
    },
    {
      name: 'browser-no-node-core',
      severity: 'error',
      from: { path: '^(apps/web|libs/(react|client|contracts))/', pathNot: [TEST_FILE, 'vite[.]config[.]ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-at-run-time',
      comment: 'What a server imports has to be installed in production.',
      severity: 'error',
      from: {
        path: '^(apps/(?!web/)|libs/(?!react/|client/|testing/))',
        pathNot: TEST_FILE,
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    ...Object.entries(MAY_IMPORT).map(([name, allowed]) => layer('libs', name, allowed)),
    ...Object.entries(APPS_MAY_IMPORT).map(([name, allowed]) => layer('apps', name, allowed)),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|[.]holdfast)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json'],
    },
  },
};
