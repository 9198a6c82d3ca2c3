import type { InvariantFactory } from '../invariant.js';
import { getOrSet } from '../support/get-or-set.js';

/** An agent's tool does each thing once, whichever attempts called it. */
export const tools: InvariantFactory = (tell) => {
  const effects = new Map<string, number>();
  return {
    entry: (entry) => {
      if (entry.kind !== 'called') return;
      const { tenant, run, tool, effect, i } = entry;
      const first = getOrSet(effects, `${tenant} ${run} ${tool} ${effect}`, () => i);
      if (first !== i) tell({ what: `${tool} did ${effect} again`, subject: `run ${run}`, entries: [first, i] });
    },
  };
};
