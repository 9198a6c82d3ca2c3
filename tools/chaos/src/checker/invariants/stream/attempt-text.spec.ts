import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AttemptText } from './attempt-text.js';

const TRUTH = 'abcdefghijklmnopqrstuvwxyz';
const slices = fc.array(fc.tuple(fc.nat(25), fc.nat(8)), { maxLength: 20 });

describe('AttemptText', () => {
  const shown = (pieces: readonly (readonly [number, number])[]) => {
    const text = new AttemptText();
    const mismatches = pieces.map(([off, length], entry) =>
      text.show({ off, text: TRUTH.slice(off, off + length), entry }),
    );
    return { text, mismatches };
  };

  it('accepts slices of one text in any order, repeated and overlapping, and knows how far they reach', () => {
    fc.assert(
      fc.property(slices, (pieces) => {
        const { text, mismatches } = shown(pieces);
        expect(mismatches.every((mismatch) => mismatch === undefined)).toBe(true);
        expect(text.against(TRUTH, true, 99)).toBeUndefined();
        expect(text.end).toBe(Math.max(0, ...pieces.map(([off, length]) => Math.min(26, off + length))));
        expect(TRUTH.startsWith(text.text)).toBe(true);
      }),
    );
  });

  it('finds any slice that is not of that text, at once or when the truth is known', () => {
    fc.assert(
      fc.property(slices, fc.nat(25), fc.nat(20), (pieces, at, turn) => {
        const { text } = shown(pieces.slice(0, turn));
        const wrong = text.show({ off: at, text: '!', entry: 50 });
        const later = pieces
          .slice(turn)
          .map(([off, length], entry) => text.show({ off, text: TRUTH.slice(off, off + length), entry: 60 + entry }));
        const found = [wrong, ...later, text.against(TRUTH, true, 99)].filter((one) => one !== undefined);
        expect(found.length).toBeGreaterThan(0);
        expect(found.every(({ off }) => off === at)).toBe(true);
      }),
    );
  });

  it('compares no further than a truth that is only a beginning', () => {
    const { text } = shown([[0, 8]]);
    expect(text.against('abcd', false, 9)).toBeUndefined();
    expect(text.against('abcd', true, 9)).toMatchObject({ off: 4, shown: 'efgh', other: '', entries: [0, 9] });
    expect(text.against('abXd', false, 9)).toMatchObject({ off: 2, shown: 'cd', other: 'Xd' });
  });
});
