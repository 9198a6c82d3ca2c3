/**
 * The part of a thread's log that a client holds. Pure.
 *
 * `events` is dense: seqs `base + 1` to `last`, nothing missing, nothing twice. What arrives beyond a gap waits in
 * `held` until a pull fills the gap. A differing epoch is never merged: the log is then fetched anew.
 */
import type { ClientEvent } from '../wire/schemas.js';

export interface ThreadLog {
  /** Null until something was fetched. */
  readonly epoch: string | null;
  /** Events before the first held one; 0 = the thread's beginning is held. */
  readonly base: number;
  readonly last: number;
  /** The highest seq that is known to exist. */
  readonly head: number;
  readonly events: readonly ClientEvent[];
  /** Events beyond a gap, by rising seq. */
  readonly held: readonly ClientEvent[];
}

/** A log and which of its events are new since the last step; `rebuilt` = older ones changed too. */
export interface LogStep {
  readonly log: ThreadLog;
  readonly appended: readonly ClientEvent[];
  readonly rebuilt: boolean;
}

/** A pull returns what does not fit in here. */
const MAX_HELD = 400;

export const EMPTY_LOG: ThreadLog = { epoch: null, base: 0, last: 0, head: 0, events: [], held: [] };

/** True if events are missing between what is held and the head. */
export function isLogBehind(log: ThreadLog): boolean {
  return log.epoch !== null && log.head > log.last;
}

/** Merges events in any order, with repetitions and gaps. */
export function mergeEvents(log: ThreadLog, events: readonly ClientEvent[]): LogStep {
  const waiting = new Map<number, ClientEvent>();
  for (const event of [...log.held, ...events]) if (event.seq > log.last) waiting.set(event.seq, event);
  const appended: ClientEvent[] = [];
  let last = log.last;
  if (log.epoch !== null) {
    for (let next = waiting.get(last + 1); next !== undefined; next = waiting.get(last + 1)) {
      appended.push(next);
      waiting.delete(next.seq);
      last = next.seq;
    }
  }
  const held = [...waiting.values()].sort((a, b) => a.seq - b.seq);
  const head = Math.max(log.head, last, held.at(-1)?.seq ?? 0);
  if (appended.length === 0 && held.length === log.held.length && head === log.head) {
    return { log, appended, rebuilt: false };
  }
  const blanked = blank(log.events, appended);
  return {
    log: { ...log, last, head, events: [...blanked, ...blank(appended, appended)], held: held.slice(0, MAX_HELD) },
    appended,
    rebuilt: blanked !== log.events,
  };
}

/** Starts over from a page that ends at the head; what was held is kept if it lies beyond. */
export function resetLog(
  log: ThreadLog,
  page: { epoch: string; head: number; events: readonly ClientEvent[] },
): LogStep {
  const first = page.events[0];
  const base = first === undefined ? page.head : first.seq - 1;
  // Held events of another epoch, or of a log that ran ahead of the server, are of a history that no longer exists.
  const sameHistory = log.epoch === null || (log.epoch === page.epoch && log.last <= page.head);
  const held = sameHistory ? log.held : [];
  const start: ThreadLog = { epoch: page.epoch, base, last: base, head: page.head, events: [], held };
  return { ...mergeEvents(start, page.events), rebuilt: true };
}

/** Puts a page of older events in front; it must end where the log begins. */
export function prependEvents(log: ThreadLog, events: readonly ClientEvent[]): ThreadLog {
  const older = events.filter((event) => event.seq <= log.base);
  const [first] = older;
  if (first === undefined || older.at(-1)?.seq !== log.base) return log;
  return { ...log, base: first.seq - 1, events: [...blank(older, log.events), ...log.events] };
}

/** Learns of a head without its events. */
export function raiseHead(log: ThreadLog, head: number): ThreadLog {
  return head > log.head ? { ...log, head } : log;
}

/** Takes a fetched head as the truth, so that one that was only hinted at is not waited for. */
export function settleHead(log: ThreadLog, head: number): ThreadLog {
  const known = Math.max(head, log.last, log.held.at(-1)?.seq ?? 0);
  return known === log.head ? log : { ...log, head: known };
}

/**
 * Removes the text of messages that `later` deletes, as the server does in its own log: a fresh fetch would bring none,
 * and deleted words must not stay in memory. Returns the same array if nothing was deleted.
 */
function blank(events: readonly ClientEvent[], later: readonly ClientEvent[]): readonly ClientEvent[] {
  const gone = new Set<string>();
  for (const event of later) if (event.type === 'message.deleted') gone.add(event.data.messageId);
  if (gone.size === 0) return events;
  return events.map((event) => {
    if (event.type === 'message.sent' && gone.has(event.id)) return { ...event, data: { ...event.data, body: null } };
    if (event.type === 'message.edited' && gone.has(event.data.messageId)) {
      return { ...event, data: { ...event.data, body: null } };
    }
    return event;
  });
}
