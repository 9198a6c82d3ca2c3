import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RangeSet } from './range-set.js';

describe('RangeSet', () => {
  it('knows what a plain set knows', () => {
    const small = fc.nat(30);
    fc.assert(
      fc.property(fc.array(small), small, small, (values, from, to) => {
        const ranges = new RangeSet();
        for (const value of values) ranges.add(value);
        const wanted = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
        const missing = wanted.find((value) => !values.includes(value));
        expect(ranges.firstMissing(from, to)).toBe(missing);
        expect(ranges.covers(from, to)).toBe(missing === undefined);
        expect(ranges.has(from)).toBe(values.includes(from));
      }),
    );
  });
});
