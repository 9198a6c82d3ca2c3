import { inheritedEnvironment } from '@holdfast/config';

/** Variables that a test process must not hand to an app. */
const NOT_INHERITED = /^(NODE_OPTIONS|NODE_ENV|JEST_.*|npm_.*|HOLDFAST_TEST_.*)$/;

/** The environment of this process without what belongs to the test run. */
export function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(inheritedEnvironment()).filter(([name]) => !NOT_INHERITED.test(name));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
