/** A text that breaks one lint rule, and the file of a planted tree whose place it takes in memory. */
export interface LintViolation {
  readonly what: string;
  readonly rule: string;
  readonly file: string;
  readonly code: string;
}

const SERVER = 'libs/health/src/index.ts';
const MODULE = 'libs/health/src/health.module.ts';
const CAMEL = 'libs/health/src/healthState.ts';
const TEST = 'libs/health/src/health.spec.ts';
const WEB = 'libs/react/src/index.tsx';

/** The files whose places are taken, and what the texts import. */
export const LINTED_TREE: Readonly<Record<string, string>> = {
  [SERVER]: '',
  [MODULE]: '',
  [CAMEL]: '',
  [TEST]: '',
  [WEB]: '',
  'libs/health/src/health-state.ts': "export type HealthState = 'up';\n",
};

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `export const line${String(index)} = ${String(index)};`).join('\n');

export const LINT_VIOLATIONS: readonly LintViolation[] = [
  { what: '301 lines of code', rule: 'max-lines', file: SERVER, code: lines(301) },
  {
    what: 'five parameters',
    rule: 'max-params',
    file: SERVER,
    code: 'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e];',
  },
  {
    what: 'five dependencies',
    rule: 'max-params',
    file: SERVER,
    code: 'export class Index { constructor(readonly a: 1, readonly b: 1, readonly c: 1, readonly d: 1, readonly e: 1) {} }',
  },
  {
    what: 'process.env',
    rule: 'no-restricted-properties',
    file: SERVER,
    code: "export const home = process.env['HOME'];",
  },
  {
    what: 'process.env taken apart',
    rule: 'no-restricted-properties',
    file: SERVER,
    code: 'const { env } = process;\nexport const home = env;',
  },
  {
    what: 'env of node:process',
    rule: 'no-restricted-imports',
    file: SERVER,
    code: "import { env } from 'node:process';\nexport const home = env;",
  },
  {
    what: 'process.env in a test',
    rule: 'no-restricted-properties',
    file: TEST,
    code: "export const home = process.env['HOME'];",
  },
  {
    what: 'a deep import',
    rule: 'no-restricted-imports',
    file: SERVER,
    code: "export { AppError } from '@holdfast/contracts/src/protocol/app-error.js';",
  },
  { what: 'console', rule: 'no-console', file: SERVER, code: "console.log('x');" },
  {
    what: 'any',
    rule: '@typescript-eslint/no-explicit-any',
    file: SERVER,
    code: 'export const f = (x: any) => Boolean(x);',
  },
  {
    what: 'any in a test',
    rule: '@typescript-eslint/no-explicit-any',
    file: TEST,
    code: 'export const f = (x: any) => Boolean(x);',
  },
  {
    what: 'a non-null assertion',
    rule: '@typescript-eslint/no-non-null-assertion',
    file: SERVER,
    code: 'export const f = (x: string | undefined) => x!.length;',
  },
  {
    what: 'a floating promise',
    rule: '@typescript-eslint/no-floating-promises',
    file: SERVER,
    code: 'export function f(): void {\n  Promise.resolve(1);\n}',
  },
  {
    what: 'a promise where a callback is expected',
    rule: '@typescript-eslint/no-misused-promises',
    file: SERVER,
    code: 'process.on("exit", async () => { await Promise.resolve(); });',
  },
  {
    what: 'a switch with a hole',
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    file: SERVER,
    code: "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
  },
  {
    what: 'a type imported as a value',
    rule: '@typescript-eslint/consistent-type-imports',
    file: SERVER,
    code: "import { HealthState } from './health-state.js';\nexport type State = HealthState;",
  },
  {
    what: 'a loose comparison',
    rule: 'eqeqeq',
    file: SERVER,
    code: 'export const f = (x: string, y: string) => x == y;',
  },
  { what: 'an enum', rule: 'no-restricted-syntax', file: SERVER, code: 'export enum Colour {\n  Red,\n}' },
  { what: 'a file name in another case', rule: 'naming/kebab-file-name', file: CAMEL, code: 'export const a = 1;' },
  { what: 'a default export', rule: 'no-restricted-syntax', file: SERVER, code: 'export default 1;' },
  {
    what: 'two exported classes',
    rule: 'naming/one-exported-class',
    file: MODULE,
    code: 'export class HealthModule { a = 1; }\nexport class Health { b = 1; }',
  },
  {
    what: 'a class named unlike its file',
    rule: 'naming/one-exported-class',
    file: MODULE,
    code: 'export class Sampler { a = 1; }',
  },
  {
    what: 'a disabled rule that nobody needs',
    rule: "Unused eslint-disable directive (no problems were reported from 'no-console').",
    file: SERVER,
    code: '// eslint-disable-next-line no-console\nexport const a = 1;',
  },
  {
    what: 'a hook called on a condition',
    rule: 'react-hooks/rules-of-hooks',
    file: WEB,
    code: "import { useState } from 'react';\nexport function useX(on: boolean) {\n  if (on) return useState(1);\n  return null;\n}",
  },
];
