import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '@holdfast/contracts';
import { markRead, type Principal } from '@holdfast/conversation';
import { Database } from '@holdfast/database';

/** Shortest time between two writes of one marker, in ms. */
const EVERY_MS = 1_000;
/** Deadline of a write that was put off, in ms: whoever waited for it is answered as soon as for one that was not. */
const LATER_TIMEOUT_MS = 1_500;
/** Markers that were written within that time or wait; beyond it a caller is told to retry. */
const MAX_MARKERS = 20_000;

/** Where a marker stands after a write. */
export type MarkedRead = Awaited<ReturnType<typeof markRead>>;

interface Marker {
  readonly principal: Principal;
  readonly threadId: string;
  /** Highest seq that the next write has to cover. */
  wanted: number;
  next: Promise<MarkedRead> | undefined;
}

/** Writes read markers, each at most once a second: the first at once, and what comes meanwhile joins the next write. */
@Injectable()
export class ReadMarks {
  private readonly markers = new Map<string, Marker>();

  constructor(private readonly database: Database) {}

  /**
   * Raises a marker; resolves after the commit.
   * @throws AppError as `markRead`, or `busy` if too many markers wait.
   */
  mark(principal: Principal, threadId: string, seq: number): Promise<MarkedRead> {
    const key = `${principal.userId}:${threadId}`;
    const marker = this.markers.get(key);
    if (marker !== undefined) {
      marker.wanted = Math.max(marker.wanted, seq);
      marker.next ??= this.later(key, marker);
      return marker.next;
    }
    if (this.markers.size >= MAX_MARKERS) {
      return Promise.reject(new AppError('busy', 'too many read markers wait', { retryAfterMs: EVERY_MS }));
    }
    this.rest(key, { principal, threadId, wanted: seq, next: undefined });
    return markRead(this.database, principal, { threadId, seq });
  }

  /** Keeps a marker that was just written from being written again too soon. */
  private rest(key: string, marker: Marker): void {
    this.markers.set(key, marker);
    setTimeout(() => {
      if (this.markers.get(key) === marker && marker.next === undefined) this.markers.delete(key);
    }, EVERY_MS).unref();
  }

  private async later(key: string, marker: Marker): Promise<MarkedRead> {
    await delay(EVERY_MS);
    const { principal, threadId, wanted: seq } = marker;
    this.rest(key, { ...marker, next: undefined });
    return markRead(this.database, principal, { threadId, seq }, { timeoutMs: LATER_TIMEOUT_MS });
  }
}
