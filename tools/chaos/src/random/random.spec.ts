import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';

const take = (random: Random): number[] => Array.from({ length: 1_000 }, () => random.next());

describe('Random', () => {
  it('says the same for the same seed, and something else for another', () => {
    expect(take(new Random(7))).toEqual(take(new Random(7)));
    expect(take(new Random(7))).not.toEqual(take(new Random(8)));
  });

  it('splits by name, whatever was asked before', () => {
    const asked = new Random(7);
    take(asked);
    expect(take(asked.split('client 1'))).toEqual(take(new Random(7).split('client 1')));
    expect(take(asked.split('client 1'))).not.toEqual(take(asked.split('client 2')));
  });

  it('covers its range evenly', () => {
    const random = new Random(1);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 8_000; i++) {
      const value = random.int(0, 3);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(1_800);
  });

  it('picks by weight', () => {
    const random = new Random(1);
    const heavy = Array.from({ length: 1_000 }, () => random.weighted([1, 9], (weight) => weight)).filter(
      (n) => n === 9,
    );
    expect(heavy.length).toBeGreaterThan(850);
    expect(heavy.length).toBeLessThan(950);
  });

  it('makes valid ids', () => {
    expect(new Random(1).uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});
