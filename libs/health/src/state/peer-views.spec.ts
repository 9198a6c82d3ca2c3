import { describe, expect, it } from '@jest/globals';
import { scopeOf } from './peer-views.js';

describe('scopeOf', () => {
  const scope = (up: number, down: number) => scopeOf('postgres.query', new Map([['postgres.query', { up, down }]]));

  it('is unknown without peers', () => {
    expect(scopeOf('postgres.query', new Map())).toBe('unknown');
    expect(scope(0, 0)).toBe('unknown');
  });

  it('blames this instance when the others can use the resource', () => {
    expect(scope(1, 0)).toBe('local');
    expect(scope(2, 0)).toBe('local');
    expect(scope(4, 1)).toBe('local');
  });

  it('lets no more than a third of the fleet leave', () => {
    expect(scope(1, 1)).toBe('shared');
    expect(scope(3, 1)).toBe('shared');
    expect(scope(5, 2)).toBe('shared');
    expect(scope(0, 1)).toBe('shared');
  });
});
