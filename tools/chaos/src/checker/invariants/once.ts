import type { InvariantFactory } from '../invariant.js';
import { getOrSet } from '../support/get-or-set.js';

interface Place {
  readonly seq: number;
  readonly id: string;
  readonly entry: number;
  readonly where: string;
}

interface Keyed {
  readonly place: Place;
  run?: string;
  /** The answer that said that it was the first. */
  first?: number;
}

/**
 * A key names one entry of its thread: every acknowledgement, every observer and Postgres say the same place, one answer
 * alone calls itself the first, and all ask for the same run.
 */
export const once: InvariantFactory = (tell, facts) => {
  const keys = new Map<string, Keyed>();

  const note = (thread: string, sender: string, key: string, place: Place): Keyed => {
    const keyed = getOrSet(keys, `${thread} ${sender} ${key}`, () => ({ place }));
    const { place: known } = keyed;
    if (known.seq !== place.seq || known.id !== place.id) {
      tell({
        what: `key ${key} of ${sender} stands at ${known.seq} (${known.where}) and at ${place.seq} (${place.where})`,
        subject: `thread ${thread}`,
        entries: [known.entry, place.entry],
      });
    }
    return keyed;
  };

  return {
    entry: (entry) => {
      if (entry.kind === 'answer' && entry.outcome === 'ok') {
        const invoked = facts.open.get(entry.op);
        const { seq, id, run, duplicate, i } = entry;
        if (invoked?.key === undefined || seq === undefined || id === undefined) return;
        const { thread, user, key } = invoked;
        const keyed = note(thread, user, key, { seq, id, entry: i, where: 'acknowledged' });
        const again = (what: string, earlier: number) => {
          tell({ what: `key ${key} of ${user}: ${what}`, subject: `thread ${thread}`, entries: [earlier, i] });
        };
        if (run !== undefined && (keyed.run ??= run) !== run) again(`runs ${keyed.run} and ${run}`, keyed.place.entry);
        if (duplicate !== false) return;
        if (keyed.first === undefined) keyed.first = i;
        else again('two tries say that they were the first', keyed.first);
      } else if (entry.kind === 'seen') {
        const { thread, sender, key, seq, id, via, client } = entry;
        if (key === undefined || sender === undefined) return;
        note(thread, sender, key, { seq, id, entry: entry.i, where: `${via}, ${client}` });
      } else if (entry.kind === 'final') {
        for (const { sender, key, seq, id } of entry.events) {
          if (key === undefined || sender === undefined) continue;
          note(entry.thread, sender, key, { seq, id, entry: entry.i, where: 'Postgres' });
        }
      }
    },
  };
};
