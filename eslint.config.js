import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { naming } from './tools/lint/naming-rules.js';

const ENVIRONMENT = 'Only libs/config reads the environment: declare a variable there.';

const BROWSER = ['apps/web/**/*.{ts,tsx}', 'libs/react/**/*.{ts,tsx}'];
const TESTS = ['**/*.{spec,int-spec,e2e-spec}.{ts,tsx}', '**/test/**/*.{ts,tsx}', 'libs/testing/**/*.ts'];

const houseRules = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  // Constructors included: at most four dependencies.
  'max-params': ['error', 4],
  'no-console': 'error',
  // `== null` asks for null and undefined at once.
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-restricted-properties': [
    'error',
    { object: 'process', property: 'env', message: ENVIRONMENT },
    { object: 'globalThis', property: 'process', message: 'Use the global `process` by its name.' },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: ['process', 'node:process'].map((name) => ({
        name,
        importNames: ['env', 'default'],
        message: ENVIRONMENT,
      })),
      patterns: [
        { group: ['@holdfast/*/*', '**/libs/*/src/**'], message: 'Enter a lib by its index: @holdfast/<lib>.' },
      ],
    },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
    { selector: 'TSEnumDeclaration', message: 'Use a union or an `as const` table.' },
  ],
  // Control characters are what our text rules look for.
  'no-control-regex': 'off',
  'naming/kebab-file-name': 'error',
  'naming/one-exported-class': 'error',
};

const typedRules = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/explicit-module-boundary-types': 'off',
  '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
  // `signal.aborted` and the like change while we wait; the compiler does not know.
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '.holdfast/', 'coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { naming },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...houseRules, ...typedRules },
  },
  {
    files: BROWSER,
    extends: [reactHooks.configs.flat['recommended-latest']],
  },
  { files: ['libs/config/src/**/*.ts'], rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' } },
  {
    files: TESTS,
    rules: {
      // Fakes are often async by signature alone, and empty by intent.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // jest.fn() on a class's method is the usual way to look at a call.
      '@typescript-eslint/unbound-method': 'off',
      'naming/one-exported-class': 'off',
      'max-params': 'off',
    },
  },
  // TypeORM names a migration by its class and time; jest and Vite ask for a default export.
  { files: ['libs/database/src/migrations/**/*.ts'], rules: { 'naming/one-exported-class': 'off' } },
  {
    files: ['libs/testing/src/jest/*.ts', '**/vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: { process: 'readonly', module: 'writable', console: 'readonly', URL: 'readonly' } },
  },
  prettier,
);
