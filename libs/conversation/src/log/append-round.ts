import type { AppendEntry } from './append-entry.js';
import type { AppendLane } from './append-lane.js';

/** One batch on its way, and what it has learnt, halves included. */
export class AppendRound {
  readonly busyThreads = new Set<string>();
  readonly failedChains = new Set<string>();
  /** Those of the batch that the database has been given and not answered yet. */
  flight: readonly AppendEntry[] = [];

  constructor(
    readonly lane: AppendLane,
    readonly batch: readonly AppendEntry[],
  ) {}
}
