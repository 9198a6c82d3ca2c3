import type { Entry } from '../history/entry.js';
import { Facts } from './facts.js';
import { NoiseCounter } from './figures/noise-counter.js';
import { Injections } from './figures/injections.js';
import { ServiceGaps } from './figures/service-gaps.js';
import type { Invariant, InvariantFactory, Tell } from './invariant.js';
import { durable } from './invariants/durable.js';
import { isolation } from './invariants/isolation/isolation.js';
import { liveness } from './invariants/liveness.js';
import { memory } from './invariants/memory.js';
import { once } from './invariants/once.js';
import { order } from './invariants/order/order.js';
import { processes } from './invariants/process.js';
import { stream } from './invariants/stream/stream.js';
import { terminal } from './invariants/terminal.js';
import { tools } from './invariants/tools.js';
import { Validity } from './validity.js';
import { INVARIANT_NAMES, type InvariantName, type Verdict, type Violation } from './verdict.js';

const INVARIANTS: Readonly<Record<InvariantName, InvariantFactory>> = {
  durable,
  once,
  order,
  stream,
  terminal,
  liveness,
  isolation,
  process: processes,
  memory,
  tools,
};

/** Kept of each invariant; one defect shows in every thread. */
const MAX_KEPT = 50;

/** Judges a history, in one pass. */
export async function judge(entries: AsyncIterable<Entry>): Promise<Verdict> {
  const facts = new Facts();
  const validity = new Validity(facts);
  const noise = new NoiseCounter();
  const gaps = new ServiceGaps(facts);
  const injections = new Injections();
  const violations: Violation[] = [];
  const counts = Object.fromEntries(INVARIANT_NAMES.map((name) => [name, 0])) as Record<InvariantName, number>;
  const invariants = INVARIANT_NAMES.map((name): Invariant => {
    const tell: Tell = (violation) => {
      if (++counts[name] <= MAX_KEPT) violations.push({ invariant: name, ...violation });
    };
    return INVARIANTS[name](tell, facts);
  });
  const watchers = [facts, validity, noise, gaps, injections, ...invariants];
  let count = 0;
  for await (const entry of entries) {
    count++;
    for (const watcher of watchers) watcher.entry(entry);
  }
  for (const invariant of invariants) invariant.end?.();
  validity.end();
  const { seed = 0, minutes = 0, rate, faults: plannedFaults = [] } = facts.meta ?? {};
  return {
    ...{
      seed,
      minutes,
      rate,
      plannedFaults,
      entries: count,
      invalid: facts.invalid,
      violations,
      violationCounts: counts,
    },
    operations: injections.operations,
    readyAfterMs: facts.readyAfterMs,
    acknowledged: validity.acknowledged,
    observations: noise.observations,
    faults: injections.figures(plannedFaults, gaps.end(), violations),
    noise: noise.noise,
  };
}
