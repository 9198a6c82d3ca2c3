import type { FinalThread } from '../../history/entry.js';
import type { InvariantFactory } from '../invariant.js';
import { getOrSet } from '../support/get-or-set.js';

interface Told {
  readonly status: string;
  readonly entry: number;
}

/** A run ends once and in one way: for every observer, in the log and in Postgres; none is left at the end. */
export const terminal: InvariantFactory = (tell) => {
  const told = new Map<string, Told>();

  const note = (run: string, thread: string, status: string | undefined, entry: number) => {
    if (status === undefined) return;
    const known = getOrSet(told, `${thread} ${run}`, () => ({ status, entry }));
    if (known.status === status) return;
    const what = `ended as ${known.status} and as ${status}`;
    tell({ what, subject: `run ${run}`, entries: [known.entry, entry] });
  };

  const inLog = ({ thread, events, runs, i }: FinalThread & { readonly i: number }) => {
    const counts = new Map<string, number>();
    const ended = new Set<string>();
    for (const { type, run, seq } of events) {
      if (run === undefined) continue;
      const key = `${type} ${run}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (ended.has(run)) tell({ what: `${type} at ${seq} after its end`, subject: `run ${run}`, entries: [i] });
      if (type === 'run.ended') ended.add(run);
    }
    for (const [key, count] of counts) {
      const [type, run] = key.split(' ');
      if (count > 1) tell({ what: `${count} times ${String(type)}`, subject: `run ${String(run)}`, entries: [i] });
    }
    for (const { id, status } of runs) {
      const isLive = status === 'queued' || status === 'running';
      if (isLive) tell({ what: `is still ${status}`, subject: `run ${id}, thread ${thread}`, entries: [i] });
      else note(id, thread, status, i);
      if (isLive === ended.has(id)) {
        tell({
          what: `is ${status}, and the log ${isLive ? 'ends' : 'does not end'} it`,
          subject: `run ${id}`,
          entries: [i],
        });
      }
    }
  };

  return {
    entry: (entry) => {
      if (entry.kind === 'run' && entry.what === 'ended') note(entry.run, entry.thread, entry.status, entry.i);
      else if (entry.kind === 'seen' && entry.type === 'run.ended' && entry.run !== undefined) {
        note(entry.run, entry.thread, entry.status, entry.i);
      } else if (entry.kind === 'final') {
        for (const { type, run, status } of entry.events) {
          if (type === 'run.ended' && run !== undefined) note(run, entry.thread, status, entry.i);
        }
        inLog(entry);
      }
    },
  };
};
