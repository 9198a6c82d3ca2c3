import { describe, expect, it } from '@jest/globals';
import { checkDefinition, DEFAULT_SLOS, type SloDefinition } from '@holdfast/slo';
import fc from 'fast-check';
import { formatOpenSlo } from './format-open-slo.js';
import { parseOpenSlo } from './parse-open-slo.js';

const HOUR = 3_600_000;
const ids = fc.stringMatching(/^[a-z0-9]{1,12}(-[a-z0-9]{1,12}){0,3}$/);
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc.string({ maxLength: 120 }),
  fc.constantFrom(
    '',
    'true',
    '12',
    '0x1f',
    'null',
    '~',
    '- a',
    'a: b',
    ' a ',
    '# no',
    '---\nkind: SLO',
    "it's",
    '\t\r\n',
    '\u2028',
  ),
);

const definitions: fc.Arbitrary<SloDefinition> = fc
  .record({
    id: ids,
    revision: fc.integer({ min: 1, max: 1e9 }),
    title: texts,
    indicator: texts,
    service: ids,
    unit: fc.constantFrom('events', 'connection-seconds'),
    objective: fc.integer({ min: 1, max: 999_999 }).map((ppm) => ppm / 1e6),
    comparison: fc.constantFrom('at-least', 'above'),
    deadlineMs: fc.option(fc.oneof(fc.integer({ min: 1, max: 86_400_000 }), fc.constant(1.5))),
    windowMs: fc.integer({ min: 24, max: 90 * 24 }).map((hours) => hours * HOUR),
    unitsPerSample: fc.integer({ min: 1, max: 3_600 }),
    dependsOn: fc.uniqueArray(ids, { maxLength: 4 }),
  })
  .filter((definition) => checkDefinition(definition).length === 0);

describe('formatOpenSlo', () => {
  it('writes what is read again as the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(definitions, { selector: ({ id }) => id, maxLength: 4 }), async (some) => {
        expect(await parseOpenSlo(await formatOpenSlo(some))).toEqual({ definitions: some, problems: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('of the default ones is for people, and valid', async () => {
    const text = await formatOpenSlo(DEFAULT_SLOS);
    expect(await parseOpenSlo(text)).toEqual({ definitions: DEFAULT_SLOS, problems: [] });
    expect(text).toContain('  name: error-rate\n  displayName: Error rate\n');
    expect(text).toContain('    - duration: 30d\n      isRolling: true\n');
    expect(text.split('---\n')).toHaveLength(1 + 4 + 5);
  });
});
