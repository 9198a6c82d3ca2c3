import type { Level } from '../ladder/levels.js';

/** Thrown by a boundary that failed too often, for the next one to catch; `cause` is what failed. */
export class Escalation extends Error {
  constructor(
    /** The level that gave up. */
    readonly from: Level,
    cause: unknown,
  ) {
    super(`the ${from} failed too often`, { cause });
    this.name = 'Escalation';
  }
}
