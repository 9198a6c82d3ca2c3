import type { UserTarget } from '@holdfast/scaling';

/** A person who was cut off; times in ms of a clock that never goes back. */
interface Entry {
  readonly user: UserTarget;
  readonly at: number;
  readonly isBroken: boolean;
  /** Last look at which the person was nowhere, as time since the loss. */
  missedMs: number;
  nextLookAt: number;
}

export interface Loss {
  readonly user: UserTarget;
  /** For how long the person is known to have been nowhere, in ms. */
  readonly lostMs: number;
}

/** First look for somebody at other gateways, in ms after the loss; each later one takes twice as long. */
const FIRST_LOOK_MS = 1_000;

/** People who are waited for; beyond it the oldest are given up. */
const MAX_ENTRIES = 20_000;

/** Who was cut off and is not back yet. A loss counts for five minutes at most. */
export class LossLedger {
  static readonly maxMs = 300_000;

  private readonly entries = new Map<string, Entry>();

  add(user: UserTarget, { at, isBroken }: { readonly at: number; readonly isBroken: boolean }): void {
    const key = keyOf(user);
    this.entries.delete(key);
    this.entries.set(key, { user, at, isBroken, missedMs: 0, nextLookAt: at + FIRST_LOOK_MS });
    if (this.entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  /** The person is back. @returns for how long it was away, in ms; undefined if it was not lost */
  back(user: UserTarget, now: number): number | undefined {
    const key = keyOf(user);
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    return now - entry.at;
  }

  /** Those to look for now. Where they are found, they were nowhere up to the look before. */
  due(now: number, max: number): Loss[] {
    const due: Loss[] = [];
    for (const entry of this.entries.values()) {
      if (due.length >= max) break;
      if (entry.nextLookAt > now) continue;
      due.push({ user: entry.user, lostMs: entry.missedMs });
      entry.missedMs = now - entry.at;
      entry.nextLookAt = now + entry.missedMs;
    }
    return due;
  }

  /** Takes out those who have been away for as long as a loss counts. */
  expire(now: number): { readonly isBroken: boolean }[] {
    const expired: Entry[] = [];
    for (const [key, entry] of this.entries) {
      if (now - entry.at < LossLedger.maxMs) break;
      this.entries.delete(key);
      expired.push(entry);
    }
    return expired;
  }
}

function keyOf({ tenantId, userId }: UserTarget): string {
  return `${tenantId}/${userId}`;
}
