import { swcOptions } from './libs/testing/typescript/swc-options.js';

/** Three projects: `*.spec.ts` is pure, `*.int-spec.ts` uses real Postgres and Redis, `*.e2e-spec.ts` real processes. */
const transform = { '^.+\\.tsx?$': ['@swc/jest', swcOptions] };

const servers = {
  globalSetup: '<rootDir>/libs/testing/src/jest/global-setup.js',
  globalTeardown: '<rootDir>/libs/testing/src/jest/global-teardown.js',
};

const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: {
    '^content-disposition$': '<rootDir>/libs/testing/src/jest/content-disposition.cjs',
    '^@holdfast/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/\\.holdfast/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.holdfast/'],
  transform,
};

export default {
  // A loaded machine is slow, not wrong: a test ends early by its own deadlines.
  testTimeout: 60_000,
  // A good part of the time is spent waiting for processes: three files at a time fit on two cores, where Jest would run one.
  maxWorkers: 3,
  testSequencer: '<rootDir>/libs/testing/src/jest/sequencer.js',
  projects: [
    { ...base, displayName: 'unit', testMatch: ['**/*.spec.ts', '**/*.spec.tsx'] },
    { ...base, ...servers, displayName: 'integration', testMatch: ['**/*.int-spec.ts'] },
    { ...base, ...servers, displayName: 'e2e', testMatch: ['**/*.e2e-spec.ts'] },
  ],
};
