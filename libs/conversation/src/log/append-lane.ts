import type { AppendEntry } from './append-entry.js';
import type { AppendLimits } from './append-limits.js';

/** The lane of a thread: the same one for every row of it. */
export function laneOf(threadId: string, lanes: number): number {
  let hash = 0;
  for (let i = 0; i < threadId.length; i++) hash = (Math.imul(hash, 31) + threadId.charCodeAt(i)) >>> 0;
  return hash % lanes;
}

/** Entries in their order, one batch of them in flight. */
export class AppendLane {
  entries: AppendEntry[] = [];
  running = false;

  /**
   * The entries to send next, within the limits. Equal messages collapse into one; another message with the same key
   * ends the batch, because a key may occur only once in it.
   */
  nextBatch(limits: AppendLimits): readonly AppendEntry[] {
    const batch = new Map<string, AppendEntry>();
    let bytes = 0;
    let taken = 0;
    for (const entry of this.entries) {
      const first = entry.isSettled ? undefined : batch.get(entry.key);
      if (first !== undefined && !first.adopt(entry)) break;
      const isNew = first === undefined && !entry.isSettled;
      if (isNew && (batch.size >= limits.batchRows || (batch.size > 0 && bytes + entry.bytes > limits.batchBytes)))
        break;
      if (isNew) {
        batch.set(entry.key, entry);
        bytes += entry.bytes;
      }
      taken++;
    }
    // What was taken leaves the queue; followers travel with their leader.
    this.entries.splice(0, taken);
    return [...batch.values()];
  }

  /** Puts back, in front, what a round of the busy lane has left unsettled. */
  putBack(batch: readonly AppendEntry[]): void {
    this.entries.unshift(...batch.filter((entry) => !entry.isSettled));
  }
}
