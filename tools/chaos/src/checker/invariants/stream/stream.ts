import type { FinalThread } from '../../../history/entry.js';
import type { InvariantFactory } from '../../invariant.js';
import { excerpt } from '../../support/excerpt.js';
import { getOrSet } from '../../support/get-or-set.js';
import { RunText } from './run-text.js';

/**
 * The text of a run is one function of (attempt, offset), whoever was shown it and however often; the last attempt's text
 * is the message, unit for unit, and as long as the end told. What was shown of an attempt is kept by the next one (its
 * `base`), or all of it is given up by a reset (`base` 0); never a part, which would be text that was visible and not
 * durable. A packet of a lower attempt that comes late is noise: a client drops it, and its text must be true all the same.
 */
export const stream: InvariantFactory = (tell) => {
  const threads = new Map<string, Map<string, RunText>>();

  const messages = ({ thread, events, runs, i }: FinalThread & { readonly i: number }) => {
    const texts = new Map<string, string | undefined>();
    for (const { type, run, text } of events) if (type === 'message.sent' && run !== undefined) texts.set(run, text);
    for (const { id, text } of runs) {
      if (text === undefined || texts.get(id) === text) continue;
      const what = `its message says ${excerpt(text)}, the log ${excerpt(texts.get(id))}`;
      tell({ what, subject: `run ${id}, thread ${thread}`, entries: [i] });
    }
  };

  return {
    entry: (entry) => {
      if (entry.kind === 'run') {
        const runs = getOrSet(threads, entry.thread, () => new Map<string, RunText>());
        getOrSet(runs, entry.run, () => new RunText(entry.run, tell)).seen(entry);
      } else if (entry.kind === 'final') {
        messages(entry);
        const known = new Map(entry.runs.map((run) => [run.id, run]));
        for (const [id, shown] of threads.get(entry.thread) ?? []) {
          const run = known.get(id);
          if (run !== undefined) shown.final(run, entry.i);
          else tell({ what: 'was shown, but does not exist', subject: `run ${id}`, entries: [shown.first, entry.i] });
        }
        threads.delete(entry.thread);
      }
    },
  };
};
