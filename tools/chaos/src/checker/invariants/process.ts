import type { InvariantFactory } from '../invariant.js';

/** Processes end only by the nemesis, with 0 if asked to; none leaves a rejection unhandled or a message in a log. */
export const processes: InvariantFactory = (tell) => ({
  entry: (entry) => {
    if (entry.kind !== 'process') return;
    const { node, what, expected, code, signal, requested, detail, i } = entry;
    const violated = (told: string) => {
      tell({ what: told, subject: node, entries: [i] });
    };
    const how = `code ${String(code)}, signal ${String(signal)}`;
    if (what === 'exited' && expected !== true) violated(`ended by itself: ${how}`);
    else if (what === 'exited' && requested === 'SIGTERM' && code !== 0)
      violated(`was asked to end and did so with ${how}`);
    else if (what === 'unhandled') violated(`left something unhandled: ${String(detail)}`);
    else if (what === 'leak') violated(`wrote a message's text into its log: ${String(detail)}`);
  },
});
