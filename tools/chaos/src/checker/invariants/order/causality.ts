import type { Facts } from '../../facts.js';
import type { Invariant, Tell } from '../../invariant.js';
import { getOrSet } from '../../support/get-or-set.js';

interface Place {
  readonly seq: number;
  readonly entry: number;
}

const NOTHING: Place = { seq: 0, entry: 0 };

/**
 * What anybody knew of a thread before somebody began to write lies below what was written: A acknowledged to, or seen
 * by, any client before B was invoked for the first time ⇒ seq(A) < seq(B).
 */
export function causality(tell: Tell, facts: Facts): Invariant {
  const known = new Map<string, Place>();
  /** By key: the highest place that was known when its first try began. */
  const floors = new Map<string, Place>();

  const learn = (thread: string, seq: number, entry: number) => {
    if ((known.get(thread)?.seq ?? 0) < seq) known.set(thread, { seq, entry });
  };

  return {
    entry: (entry) => {
      if (entry.kind === 'seen') learn(entry.thread, entry.seq, entry.i);
      else if (entry.kind === 'invoke') {
        const { thread, user, key = String(entry.op) } = entry;
        getOrSet(floors, `${thread} ${user} ${key}`, () => known.get(thread) ?? NOTHING);
      } else if (entry.kind === 'answer') {
        const { op, outcome, seq, i } = entry;
        const invoked = facts.open.get(op);
        if (invoked === undefined || outcome !== 'ok' || seq === undefined) return;
        const { thread, user, key = String(op) } = invoked;
        const floor = floors.get(`${thread} ${user} ${key}`);
        if (floor !== undefined && seq <= floor.seq) {
          const what = `${invoked.name} ${key} got ${seq}, though ${floor.seq} was known before it began`;
          tell({ what, subject: `thread ${thread}`, entries: [floor.entry, facts.invokedAt(op) ?? i, i] });
        }
        learn(thread, seq, i);
      }
    },
  };
}
