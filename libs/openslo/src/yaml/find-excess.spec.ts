import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findExcess } from './find-excess.js';
import { TimeSlice } from './time-slice.js';
import { readYaml } from './yaml-source.js';

const excessOf = (text: string) => findExcess(text, new TimeSlice());
const read = (text: string) => readYaml(text, new TimeSlice());

describe('findExcess', () => {
  it.each([
    ['too_deep', '['.repeat(1_000_000)],
    ['too_deep', '{a: '.repeat(2_000)],
    ['too_deep', '- '.repeat(5_000)],
    ['too_deep', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['too_complex', '- a\n'.repeat(250_000)],
    ['too_complex', 'a\n---\n'.repeat(3_000)],
    ['too_complex', Array.from({ length: 300 }, (_, n) => `- &a${String(n)} x`).join('\n')],
    ['syntax', ']\n'.repeat(500_000)],
  ])('composes no text that is %s: %#', async (rule, text) => {
    expect(await excessOf(text)).toMatchObject({ rule });
    expect(await read(text)).toMatchObject({ sources: [], problems: [{ rule }] });
  });

  it('says where', async () => {
    const text = `# a comment\na: "text" # more\n---\nb: ${'['.repeat(100)}`;
    expect(await excessOf(text)).toEqual({ rule: 'too_deep', offset: text.indexOf('[') + 64 });
    expect((await read(text)).problems).toMatchObject([{ line: 4, column: 68 }]);
  });

  it('lets what is in texts and comments be', async () => {
    const text = `a: "${'[-?{'.repeat(100)}" # ${'[-?{'.repeat(100)}\nb: |\n  ${' [ - a: b'.repeat(100)}\n`;
    expect(await excessOf(text)).toBeUndefined();
    expect(await read(text)).toMatchObject({ problems: [], sources: [{}] });
  });

  it('throws at no text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await expect(read(text)).resolves.toBeDefined();
      }),
    );
  });
});
