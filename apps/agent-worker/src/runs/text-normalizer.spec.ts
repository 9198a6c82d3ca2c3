import { describe, expect, it } from '@jest/globals';
import { isStorableText } from '@holdfast/contracts';
import fc from 'fast-check';
import { storableText, TextNormalizer } from './text-normalizer.js';

/** UTF-16 units with surrogates and NUL far more often than chance would give. */
const units = fc.array(
  fc.oneof(
    fc.integer({ min: 0xd800, max: 0xdfff }),
    fc.constant(0),
    fc.integer({ min: 0x20, max: 0x7e }),
    fc.integer({ min: 0, max: 0xffff }),
  ),
  { maxLength: 40 },
);

function run(pieces: readonly string[]): string[] {
  const normalizer = new TextNormalizer();
  return [...pieces.map((piece) => normalizer.push(piece)), normalizer.flush()];
}

describe('TextNormalizer', () => {
  it('gives the same text however the stream was cut, and every piece can be stored', () => {
    fc.assert(
      fc.property(fc.array(units, { maxLength: 12 }), (chunks) => {
        const pieces = chunks.map((chunk) => String.fromCharCode(...chunk));
        const out = run(pieces);
        expect(out.join('')).toBe(storableText(pieces.join('')));
        expect(out.every(isStorableText)).toBe(true);
      }),
    );
  });

  it('changes nothing in text that is storable already', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(run([text]).join('')).toBe(text);
      }),
    );
  });

  it('keeps an emoji whole that was cut in two', () => {
    expect(run(['a\ud83d', '\ude00b'])).toEqual(['a', '😀b', '']);
  });

  it('replaces a half that never finds the other one', () => {
    expect(run(['a\ud83d', 'b', '\ude00', '\ud83d'])).toEqual(['a', '\ufffdb', '\ufffd', '', '\ufffd']);
  });

  it('drops NUL, even between two halves', () => {
    expect(run(['a\0b', '\ud83d\0', '\ude00'])).toEqual(['ab', '', '😀', '']);
  });
});
