import type { InvariantFactory } from '../../invariant.js';
import { agreement } from './agreement.js';
import { causality } from './causality.js';
import { observers } from './observers.js';

/** One order of each thread: everybody agrees on it, everybody is given it as it is, and it respects what was known. */
export const order: InvariantFactory = (tell, facts) => {
  const parts = [agreement(tell, facts), observers(tell), causality(tell, facts)];
  return {
    entry: (entry) => {
      for (const part of parts) part.entry(entry);
    },
  };
};
