import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ledgers } from '../../test/ingest-arbitraries.js';
import { NOW } from '../../test/slo-arbitraries.js';
import { windowBefore } from '../series/count-series.js';
import { HOUR, MINUTE, SECOND } from '../time.js';
import { coverageOf, mergeLedgers } from './epoch-ledger.js';

describe('mergeLedgers', () => {
  it('is idempotent, commutative and associative', () => {
    fc.assert(
      fc.property(ledgers, ledgers, ledgers, (a, b, c) => {
        expect(mergeLedgers(a, a)).toEqual(a);
        expect(mergeLedgers(a, b)).toEqual(mergeLedgers(b, a));
        expect(mergeLedgers(mergeLedgers(a, b), c)).toEqual(mergeLedgers(a, mergeLedgers(b, c)));
      }),
    );
  });
});

describe('coverageOf', () => {
  const hour = windowBefore(NOW, HOUR);
  const epoch = (from: number, to: number, finalSeq: number | null = null) => ({
    firstAt: NOW - from * MINUTE,
    lastAt: NOW - to * MINUTE,
    maxSeq: 1,
    finalSeq,
  });

  it.each([
    ['nobody', [], 0],
    ['one that lives', [epoch(120, 0)], 1],
    ['one that is a little late', [epoch(120, 1)], 1],
    ['one that has just begun', [{ ...epoch(0, 0), firstAt: NOW - SECOND, lastAt: NOW - SECOND }], 1],
    ['one that said good-bye', [epoch(120, 30, 1)], 1],
    ['one that died half an hour ago: 10 min are missed', [epoch(120, 30)], 30 / 40],
    ['one that died, and who followed it', [epoch(120, 30), epoch(29, 0)], 59 / 69],
    ['one that died 5 min ago', [epoch(120, 5)], 55 / 60],
    ['one of two that live died', [epoch(120, 30), epoch(120, 0)], 90 / 100],
    ['one that died before the span', [epoch(300, 200)], 0],
    ['one whose death reaches into the span', [epoch(120, 65), epoch(50, 0)], 50 / 55],
    ['one that said good-bye before the span', [epoch(300, 200, 1)], 0],
  ])('of %s', (_who, epochs, expected) => {
    expect(coverageOf(epochs, hour)).toBeCloseTo(expected, 12);
  });

  it('of a span in the past knows who lived on', () => {
    expect(coverageOf([epoch(300, 0)], windowBefore(NOW - 2 * HOUR, HOUR))).toBe(1);
  });

  it('is from 0 to 1, and a good-bye never lowers it', () => {
    fc.assert(
      fc.property(fc.array(ledgers, { maxLength: 6 }), (epochs) => {
        const coverage = coverageOf(epochs, hour);
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThanOrEqual(1);
        const polite = epochs.map((ledger) =>
          ledger.finalSeq === null && NOW - ledger.lastAt > MINUTE ? { ...ledger, finalSeq: ledger.maxSeq } : ledger,
        );
        expect(coverageOf(polite, hour)).toBeGreaterThanOrEqual(coverage);
      }),
    );
  });
});
