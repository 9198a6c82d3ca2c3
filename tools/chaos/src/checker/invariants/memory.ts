import type { InvariantFactory } from '../invariant.js';
import { getOrSet } from '../support/get-or-set.js';

/** What a process may grow between the first and the last third of its life: caches and heaps fill. */
const GROWTH_FACTOR = 1.4;
const GROWTH_MIB = 64;
/** Shorter lives, in ms, and fewer samples say nothing about growth. */
const LEAST_LIFE_MS = 60_000;
const LEAST_SAMPLES = 30;
/** A process that starts fills its heap, in ms. */
const WARM_UP_MS = 15_000;

interface Life {
  readonly samples: { readonly at: number; readonly mib: number; readonly entry: number }[];
  readonly startedAt: number;
  tooLarge: boolean;
}

/** No process grows above its cap, or steadily. */
export const memory: InvariantFactory = (tell, facts) => {
  const lives = new Map<string, Life>();

  const grown = (node: string, { samples, startedAt }: Life) => {
    const warm = samples.filter(({ at }) => at >= startedAt + WARM_UP_MS);
    const [first, last] = [warm[0], warm.at(-1)];
    if (first === undefined || last === undefined) return;
    if (warm.length < LEAST_SAMPLES || last.at - first.at < LEAST_LIFE_MS) return;
    const third = Math.floor(warm.length / 3);
    const before = median(warm.slice(0, third).map(({ mib }) => mib));
    const after = median(warm.slice(-third).map(({ mib }) => mib));
    if (after <= before * GROWTH_FACTOR + GROWTH_MIB) return;
    const what = `grew from ${Math.round(before)} to ${Math.round(after)} MiB`;
    tell({ what, subject: node, entries: [first.entry, last.entry] });
  };

  return {
    entry: (entry) => {
      if (entry.kind !== 'process') return;
      const { node, what, at, residentMiB: mib, i } = entry;
      const known = lives.get(node);
      if ((what === 'exited' || what === 'started') && known !== undefined) {
        grown(node, known);
        lives.delete(node);
      }
      if (what !== 'memory' || mib === undefined) return;
      const life = getOrSet(lives, node, (): Life => ({ samples: [], startedAt: at, tooLarge: false }));
      life.samples.push({ at, mib, entry: i });
      const cap = facts.meta?.memoryCapMiB ?? Infinity;
      if (mib <= cap || life.tooLarge) return;
      life.tooLarge = true;
      tell({ what: `uses ${Math.round(mib)} MiB, more than ${cap}`, subject: node, entries: [i] });
    },
    end: () => {
      for (const [node, life] of lives) grown(node, life);
    },
  };
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
