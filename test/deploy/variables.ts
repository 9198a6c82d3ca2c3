import { SECTIONS, type Section } from '@holdfast/config';

const sections: readonly Section[] = Object.values(SECTIONS);

/** Names of all variables that the configuration has. */
export const VARIABLES: ReadonlySet<string> = new Set(
  sections.flatMap((section) => Object.values(section).map(({ name }) => name)),
);

/** Those whose values are secret. */
export const SECRETS: ReadonlySet<string> = new Set(
  sections.flatMap((section) =>
    Object.values(section)
      .filter(({ secret }) => secret === true)
      .map(({ name }) => name),
  ),
);
