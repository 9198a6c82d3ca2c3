import { describe, expect, it } from '@jest/globals';
import { Reachability } from './reachability.js';

describe('Reachability', () => {
  it('allows stealing after a full lease of answers', () => {
    let now = 0;
    const reachability = new Reachability(3_000, () => now);
    expect(reachability.maySteal).toBe(false);
    for (; now <= 3_000; now += 1_000) {
      reachability.answered();
      expect(reachability.maySteal).toBe(now === 3_000);
    }
  });

  it('begins anew after a failure, and after a silence', () => {
    let now = 0;
    const reachability = new Reachability(1_000, () => now);
    const answerFor = (ms: number): void => {
      for (const end = now + ms; now < end; now += 100) reachability.answered();
    };
    answerFor(2_000);
    expect(reachability.maySteal).toBe(true);
    reachability.failed();
    answerFor(500);
    expect(reachability.maySteal).toBe(false);
    answerFor(1_000);
    expect(reachability.maySteal).toBe(true);
    now += 5_000;
    expect(reachability.maySteal).toBe(false);
    reachability.answered();
    expect(reachability.maySteal).toBe(false);
  });
});
