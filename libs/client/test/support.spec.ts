import { describe, expect, it } from '@jest/globals';
import { Uuid } from '@holdfast/contracts';
import { Drafts } from '../src/drafts/drafts.js';
import { backoffDelay, RECONNECT_BACKOFF } from '../src/support/backoff.js';
import { newId } from '../src/support/new-id.js';

describe('newId', () => {
  it('makes ids of the contract that never go back in time', () => {
    const ids = [newId(2_000_000_000_000), newId(1_000_000_000_000), newId()];
    for (const id of ids) expect(Uuid.safeParse(id).success).toBe(true);
    expect(ids.map((id) => id.slice(0, 13))).toEqual(ids.map((id) => id.slice(0, 13)).sort());
    expect(new Set(ids).size).toBe(3);
  });
});

describe('backoffDelay', () => {
  it('stays within its bounds however many tries there were', () => {
    for (const attempt of [1, 2, 5, 30, 1_000]) {
      expect(backoffDelay(RECONNECT_BACKOFF, attempt, () => 0)).toBe(100);
      expect(backoffDelay(RECONNECT_BACKOFF, attempt, () => 0.9999)).toBeLessThanOrEqual(30_000);
    }
  });
});

describe('Drafts', () => {
  it('keeps drafts apart by owner, and in memory where storage is full', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    new Drafts(storage, 'default.ada').set('thread', 'half a thought');
    expect(new Drafts(storage, 'default.ada').of('thread').getSnapshot()).toBe('half a thought');
    expect(new Drafts(storage, 'default.bo').of('thread').getSnapshot()).toBe('');

    const full = {
      ...storage,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    const drafts = new Drafts(full, 'default.ada');
    drafts.set('thread', 'more of it');
    expect(drafts.of('thread').getSnapshot()).toBe('more of it');
  });
});
