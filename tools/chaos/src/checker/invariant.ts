import type { Entry } from '../history/entry.js';
import type { Facts } from './facts.js';
import type { Violation } from './verdict.js';

/** Tells of a broken promise. */
export type Tell = (violation: Omit<Violation, 'invariant'>) => void;

/** One promise, watched over a history that passes once. Its memory is bounded by what exists, never by pairs of it. */
export interface Invariant {
  /** Every entry, in order. */
  readonly entry: (entry: Entry) => void;
  /** After the last entry. */
  readonly end?: () => void;
}

/** Begins to watch a promise. `facts` knows the entries up to and including the current one. */
export type InvariantFactory = (tell: Tell, facts: Facts) => Invariant;
