import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findExcess } from './find-excess.js';
import { readYaml } from './yaml-source.js';

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
  ])('composes no text that is %s: %#', (rule, text) => {
    expect(findExcess(text)?.rule).toBe(rule);
    expect(readYaml(text)).toMatchObject({ sources: [], problems: [{ rule }] });
  });

  it('says where', () => {
    const text = `# a comment\na: "text" # more\n---\nb: ${'['.repeat(100)}`;
    expect(findExcess(text)).toEqual({ rule: 'too_deep', offset: text.indexOf('[') + 64 });
    expect(readYaml(text).problems).toMatchObject([{ line: 4, column: 68 }]);
  });

  it('lets what is in texts and comments be', () => {
    const text = `a: "${'[-?{'.repeat(100)}" # ${'[-?{'.repeat(100)}\nb: |\n  ${' [ - a: b'.repeat(100)}\n`;
    expect(findExcess(text)).toBeUndefined();
    expect(readYaml(text)).toMatchObject({ problems: [], sources: [{}] });
  });

  it('throws at no text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readYaml(text)).not.toThrow();
      }),
    );
  });
});
