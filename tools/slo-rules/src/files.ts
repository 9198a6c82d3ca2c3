import { DEFAULT_SLOS } from '@holdfast/slo';
import { ruleFile } from './rule-file.js';
import { testFile } from './test-file.js';

const RULES = 'slo.rules.yml';

/** Where the generated files stand, seen from the root of the repository. */
export const DIRECTORY = 'deploy/prometheus/slo/';

/** Texts of the generated files by their names. */
export const FILES: Readonly<Record<string, string>> = {
  [RULES]: ruleFile(DEFAULT_SLOS),
  'slo.test.yml': testFile(DEFAULT_SLOS, RULES),
};
