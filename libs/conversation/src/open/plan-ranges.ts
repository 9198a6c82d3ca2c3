/** Stored bytes that are read for one client at once: what its answer carries. */
const CLIENT_BYTES = 1_048_576;
/** Stored bytes that one batch reads, whoever asks. */
const BATCH_BYTES = 16 * 1_048_576;
/** What a client gets of a full batch at least. */
const LEAST_CLIENT_BYTES = 65_536;
/** What a range gets at least, beyond its first event. */
const LEAST_RANGE_BYTES = 4_096;

/** Events wanted of a thread: `seq > after` up to the head that was authorised, or the last page before it. */
export interface RangeRequest {
  readonly threadId: string;
  readonly direction: 'asc' | 'desc';
  /** 0 for the last page. */
  readonly after: number;
  readonly until: number;
}

/** A range that some clients want. */
export interface WantedRange {
  readonly range: RangeRequest;
  /** Whoever asked, by identity. */
  readonly client: object;
}

/** A range with what may be read of it; it always yields its first event, whatever its size. */
export interface BoundedRange extends RangeRequest {
  readonly maxBytes: number;
}

/** Equal ranges have equal keys. */
export function rangeKey({ threadId, direction, after, until }: RangeRequest): string {
  return [threadId, direction, after, until].join();
}

/**
 * What to read for a batch, by key: equal ranges once, and no more bytes in all than the answers can carry. A client's
 * bytes are split over its ranges by their number of events; what is cut off is left for the client to pull.
 */
export function planRanges(wanted: readonly WantedRange[], pageEvents: number): Map<string, BoundedRange> {
  const events = ({ after, until }: RangeRequest) => Math.min(Math.max(until - after, 1), pageEvents);
  const eventsOf = new Map<object, number>();
  for (const { range, client } of wanted) eventsOf.set(client, (eventsOf.get(client) ?? 0) + events(range));
  const perClient = Math.min(CLIENT_BYTES, Math.max(LEAST_CLIENT_BYTES, BATCH_BYTES / Math.max(1, eventsOf.size)));
  const plan = new Map<string, BoundedRange>();
  for (const { range, client } of wanted) {
    const key = rangeKey(range);
    const share = (perClient * events(range)) / (eventsOf.get(client) ?? 1);
    const maxBytes = Math.ceil(Math.max(LEAST_RANGE_BYTES, share, plan.get(key)?.maxBytes ?? 0));
    plan.set(key, { ...range, maxBytes });
  }
  return plan;
}
