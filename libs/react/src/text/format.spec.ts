import { describe, expect, it } from '@jest/globals';
import { dayKey, formatDay } from './format.js';

describe('days', () => {
  it('change at midnight, local time, and at no other moment', () => {
    const midnight = new Date(2030, 0, 2).getTime();
    const hours = Array.from({ length: 24 }, (_, hour) => dayKey(midnight + hour * 3_600_000));
    expect(new Set(hours).size).toBe(1);
    expect(dayKey(midnight - 1)).not.toBe(dayKey(midnight));
    expect(dayKey(new Date(midnight).toISOString())).toBe(dayKey(midnight));
  });

  it('have their names where they are near', () => {
    const now = new Date(2030, 5, 15, 12).getTime();
    expect(formatDay(now, now)).toBe('Today');
    expect(formatDay(now - 86_400_000, now)).toBe('Yesterday');
    expect(formatDay(now - 40 * 86_400_000, now)).toMatch(/May/);
  });
});
