import { partsText } from '@holdfast/contracts';
import type { AppendRow } from './append-messages.js';
import type { BatchedOutcome } from './batched-outcome.js';
import { bodyHash } from './body-hash.js';

/** A submitted row on its way to an outcome. */
export class AppendEntry {
  /** Its sender has an answer; the database may still be at work on it. */
  isAnswered = false;
  isSettled = false;
  isParked = false;
  readonly bytes: number;
  /** What one sender writes in one thread keeps its order. */
  readonly chain: string;
  readonly key: string;
  /** Rows with the same key and body that share this one's fate. */
  private readonly followers: AppendEntry[] = [];

  constructor(
    readonly row: AppendRow,
    /** By the batcher's clock, in ms. */
    readonly submittedAt: number,
    private readonly resolve: (outcome: BatchedOutcome) => void,
  ) {
    this.bytes = Buffer.byteLength(partsText(row.body.parts));
    this.chain = `${row.threadId} ${row.senderId}`;
    this.key = `${this.chain} ${row.clientMessageId}`;
  }

  /** Takes `other` along if it is the same message; false if it only has the same key. */
  adopt(other: AppendEntry): boolean {
    if (bodyHash(other.row.body) !== bodyHash(this.row.body)) return false;
    this.followers.push(other);
    return true;
  }

  /** Answers this row and its followers; a second answer is heard by nobody. */
  answer(outcome: BatchedOutcome): void {
    this.isAnswered = true;
    this.resolve(outcome);
    for (const follower of this.followers) follower.answer(asSeenBySecond(outcome));
  }

  /** Ends this row and its followers, and answers those that have no answer; returns all of them. */
  settle(outcome: BatchedOutcome): AppendEntry[] {
    this.isSettled = true;
    this.isAnswered = true;
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
