import type { Counts } from '../series/counts.js';
import type { CountsClaim } from './snapshot.js';

export type ReadCounts =
  { readonly ok: true; readonly counts: Counts; readonly isClamped: boolean } | { readonly ok: false };

/** Counts above this are a fault, and their sums would not be exact. */
const MAX_COUNT = 1e12;

const isCount = (value: number) => Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;

/** What a claim comes to; good above the total is taken to be the total, so that a ratio never leaves 0 to 1. */
export function readCounts(claim: CountsClaim): ReadCounts {
  const { good, excluded } = claim;
  const other = 'total' in claim ? claim.total : claim.bad;
  if (![good, other, excluded].every(isCount)) return { ok: false };
  if (!('total' in claim)) return { ok: true, counts: { good, bad: other, excluded }, isClamped: false };
  const possible = Math.min(good, other);
  return { ok: true, counts: { good: possible, bad: other - possible, excluded }, isClamped: good > other };
}
