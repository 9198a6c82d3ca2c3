import { partsText } from '@holdfast/contracts';
import type { AppendLimits, BatchedOutcome } from './append-batcher.js';
import type { AppendRow } from './append-messages.js';
import { bodyHash } from './body-hash.js';

/** A submitted row on its way to an outcome. */
export class Entry {
  isSettled = false;
  isParked = false;
  readonly bytes: number;
  /** What one sender writes in one thread keeps its order. */
  readonly chain: string;
  readonly key: string;
  /** Rows with the same key and body that share this one's fate. */
  private readonly followers: Entry[] = [];

  constructor(
    readonly row: AppendRow,
    /** On the clock of `performance.now()`. */
    readonly expiresAt: number,
    private readonly resolve: (outcome: BatchedOutcome) => void,
  ) {
    this.bytes = Buffer.byteLength(partsText(row.body.parts));
    this.chain = `${row.threadId} ${row.senderId}`;
    this.key = `${this.chain} ${row.clientMessageId}`;
  }

  /** Takes `other` along if it is the same message; false if it only has the same key. */
  adopt(other: Entry): boolean {
    if (bodyHash(other.row.body) !== bodyHash(this.row.body)) return false;
    this.followers.push(other);
    return true;
  }

  /** Answers this row and its followers; returns all of them. */
  settle(outcome: BatchedOutcome): Entry[] {
    this.isSettled = true;
    this.resolve(outcome);
    return [this, ...this.followers.flatMap((follower) => follower.settle(asSeenBySecond(outcome)))];
  }
}

function asSeenBySecond(outcome: BatchedOutcome): BatchedOutcome {
  if (outcome.status !== 'appended') return outcome;
  const { event, runId } = outcome;
  const original = { status: 'duplicate' as const, seq: event.seq, eventId: event.id, at: event.at };
  return runId === undefined ? original : { ...original, runId };
}

/** The lane of a thread: the same one for every row of it. */
export function laneOf(threadId: string, lanes: number): number {
  let hash = 0;
  for (let i = 0; i < threadId.length; i++) hash = (Math.imul(hash, 31) + threadId.charCodeAt(i)) >>> 0;
  return hash % lanes;
}

/** Entries in their order, one batch of them in flight. */
export class AppendLane {
  entries: Entry[] = [];
  running = false;

  /**
   * The entries to send next, within the limits. Equal messages collapse into one; another message with the same key
   * ends the batch, because a key may occur only once in it.
   */
  nextBatch(limits: AppendLimits): readonly Entry[] {
    const batch = new Map<string, Entry>();
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
  putBack(batch: readonly Entry[]): void {
    this.entries.unshift(...batch.filter((entry) => !entry.isSettled));
  }
}
