import type { Entry, Position, Seen } from '../../../history/entry.js';
import type { Invariant, Tell } from '../../invariant.js';
import { getOrSet } from '../../support/get-or-set.js';
import { RangeSet } from '../../support/range-set.js';

interface Place {
  readonly seq: number;
  readonly entry: number;
}

/** What one client was given of one thread. */
interface Observer {
  seen: RangeSet;
  /** Last live event of the current connection. */
  live?: Place & { readonly connection: number };
  /** Last event of the answer that is being read. */
  answer?: Place & { readonly op: number };
  position?: Place & { readonly from: number };
}

/**
 * Each client sees a thread in one direction. Live events of a connection rise by one; a hole is legal only where the
 * client had been given what is missing by a resume or a pull. The events of one answer rise by one. What a client
 * believes to hold without a gap (its positions) it was given, and it never shrinks but by a reset.
 */
export function observers(tell: Tell): Invariant {
  const all = new Map<string, Observer>();
  const of = ({ client, thread }: { readonly client: string; readonly thread: string }) =>
    getOrSet(all, `${client} ${thread}`, (): Observer => ({ seen: new RangeSet() }));
  const subject = ({ client, thread }: { readonly client: string; readonly thread: string }) =>
    `client ${client}, thread ${thread}`;

  const seenLive = (entry: Seen & { readonly i: number }, observer: Observer) => {
    const { seq, connection, i } = entry;
    const before = observer.live;
    observer.live = { seq, connection, entry: i };
    if (before?.connection !== connection) return;
    const missing = observer.seen.firstMissing(before.seq + 1, seq - 1);
    const entries = [before.entry, i];
    if (seq <= before.seq) tell({ what: `live: ${seq} after ${before.seq}`, subject: subject(entry), entries });
    else if (missing !== undefined) {
      tell({ what: `live: ${seq} after ${before.seq}, without ${missing}`, subject: subject(entry), entries });
    }
  };

  const seenAnswer = (entry: Seen & { readonly i: number }, observer: Observer) => {
    const { seq, op, i } = entry;
    if (op === undefined || entry.via === 'ack') return;
    const before = observer.answer;
    observer.answer = { seq, op, entry: i };
    if (before?.op !== op || seq === before.seq + 1) return;
    const what = `an answer by ${entry.via} with ${seq} after ${before.seq}`;
    tell({ what, subject: subject(entry), entries: [before.entry, i] });
  };

  const moved = (entry: Position & { readonly i: number }) => {
    const observer = of(entry);
    const before = observer.position;
    const { from, seq, reset, i } = entry;
    observer.position = { from, seq, entry: i };
    if (reset) delete observer.live;
    const entries = before === undefined ? [i] : [before.entry, i];
    if (!reset && before !== undefined && (seq < before.seq || from > before.from)) {
      const what = `held ${before.from} to ${before.seq}, then ${from} to ${seq} without a reset`;
      tell({ what, subject: subject(entry), entries });
    }
    // Above `from`: whoever holds nothing says from = seq = 0.
    const missing = observer.seen.firstMissing(Math.max(from, 1), seq);
    if (missing === undefined) return;
    tell({ what: `believes to hold ${from} to ${seq}, but never got ${missing}`, subject: subject(entry), entries });
  };

  return {
    entry: (entry: Entry) => {
      if (entry.kind === 'position') moved(entry);
      else if (entry.kind === 'watch') delete of(entry).live;
      else if (entry.kind === 'seen') {
        const observer = of(entry);
        if (entry.via === 'live') seenLive(entry, observer);
        else seenAnswer(entry, observer);
        observer.seen.add(entry.seq);
      }
    },
  };
}
