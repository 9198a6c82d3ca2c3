import type { Random } from '../random/random.js';
import { FAULT_SPECS, type FaultSpec } from './fault-specs.js';

/** One fault that will be injected. */
export interface PlannedFault {
  readonly injection: number;
  readonly name: string;
  readonly target: string;
  /** Ms since the start of the load. */
  readonly at: number;
  readonly holdMs: number;
  /** Begins although the one before may not be over. */
  readonly overlaps: boolean;
}

/** Time without faults at the start, so that everybody is there. */
const WARM_UP_MS = 4_000;
const PAUSE_MS = [1_500, 4_000] as const;
const OVERLAP_CHANCE = 0.2;

/** The processes and servers that a target touches; two faults at once never touch the same. */
export function touchedBy(target: string): readonly string[] {
  return target.split('>').filter((part) => part !== 'clients');
}

/**
 * What happens when: a pure function of the generator's seed. Every fault has its turn before any comes again.
 */
export function planFaults(random: Random, names: readonly string[], durationMs: number): PlannedFault[] {
  const specs = FAULT_SPECS.filter(({ name }) => names.includes(name));
  if (specs.length === 0) return [];
  const plan: PlannedFault[] = [];
  let deck: FaultSpec[] = [];
  let at = WARM_UP_MS;
  let last: PlannedFault | undefined;
  for (;;) {
    if (deck.length === 0) deck = random.shuffled(specs);
    const [spec] = deck.splice(0, 1);
    if (spec === undefined) return plan;
    const target = random.pick(spec.targets);
    // Short ones are more likely: most of what happens to a system is a blink.
    const [min, max] = spec.holdMs;
    const holdMs = Math.round(min + (max - min) * random.next() ** 2);
    const wantsOverlap = random.chance(OVERLAP_CHANCE);
    const overlaps = wantsOverlap && last !== undefined && !last.overlaps && mayMeet(last, { name: spec.name, target });
    if (last !== undefined) {
      const end = last.at + last.holdMs;
      at = overlaps
        ? Math.round(last.at + last.holdMs * random.between(0.2, 0.8))
        : Math.max(at, end) + random.int(...PAUSE_MS);
    }
    if (at + holdMs > durationMs) return plan;
    last = { injection: plan.length, name: spec.name, target, at, holdMs, overlaps };
    plan.push(last);
  }
}

type Hit = Pick<PlannedFault, 'name' | 'target'>;

/** Never two on the same process; and who is asked to leave in good order needs the others for that. */
function mayMeet(...[left, right]: readonly [Hit, Hit]): boolean {
  if ([left, right].some(({ name }) => name.startsWith('term-'))) return false;
  const touched = touchedBy(left.target);
  return !touchedBy(right.target).some((part) => touched.includes(part));
}
