import type { LogEvent } from '@holdfast/contracts';
import { LRUCache } from 'lru-cache';

/** How long one read serves a crowd that wants the same, in ms; an erasure within that time is an event of its own. */
const FRESH_MS = 1_000;
const MAX_EVENTS = 50_000;

/** What one read of a range gave. */
export interface ReadEvents {
  readonly events: LogEvent[];
  /** The bound in bytes that it was read with. */
  readonly maxBytes: number;
}

/**
 * Ranges that were just read. A range ends at a head that its reader was authorised for, and what lies below a head does
 * not change, but for bodies that are erased.
 */
export class RangeMemo {
  private readonly ranges = new LRUCache<string, ReadEvents>({
    maxSize: MAX_EVENTS,
    sizeCalculation: ({ events }) => events.length + 1,
    ttl: FRESH_MS,
  });

  /** Undefined if it was not read just now, or with a lower bound. */
  get(key: string, maxBytes: number): LogEvent[] | undefined {
    const read = this.ranges.get(key);
    return read === undefined || read.maxBytes < maxBytes ? undefined : read.events;
  }

  set(key: string, read: ReadEvents): void {
    this.ranges.set(key, read);
  }
}
