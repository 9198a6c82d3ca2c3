import { leftOf, type Step, type StepFacts, type StepReport } from '../plan/step.js';
import type { Clock } from './clock.js';

/** When a step has to be over. */
export interface StepLimit {
  readonly clock: Clock;
  /** Ms from now. */
  readonly budgetMs: number;
  /** Cuts the step short. */
  readonly hasten: AbortSignal;
}

/** Runs one step to its end or its limit, whichever comes first. Never rejects. */
export async function runStep(step: Step, { clock, budgetMs, hasten }: StepLimit): Promise<StepReport> {
  const { name, phase } = step;
  if (hasten.aborted) return { name, phase, outcome: 'skipped', ms: 0, ...leftOf(step) };
  const startedAt = clock.now();
  const limit = new AbortController();
  const give = () => {
    limit.abort();
  };
  const cancelTimer = clock.after(budgetMs, give);
  hasten.addEventListener('abort', give, { once: true });
  const overran = new Promise<Pick<StepReport, 'outcome' | 'left'>>((resolve) => {
    limit.signal.addEventListener('abort', () => {
      // Now, because the step itself drops what is left as soon as it hears of the end.
      resolve({ outcome: 'overran', ...leftOf(step) });
    });
  });
  let facts: StepFacts = {};
  const note = (more: StepFacts) => {
    facts = { ...facts, ...more };
  };
  // The work goes on unobserved after an overrun, so that its late failure must not become an unhandled rejection.
  const work = Promise.resolve()
    .then(() => step.fn({ signal: limit.signal, budgetMs, note }))
    .then(
      () => ({ outcome: 'done' as const, ...leftOf(step) }),
      (error: unknown) => ({ outcome: 'failed' as const, error, ...leftOf(step) }),
    );
  const end = await Promise.race([work, overran]);
  cancelTimer();
  hasten.removeEventListener('abort', give);
  const ms = Math.round(clock.now() - startedAt);
  return { name, phase, ms, ...end, ...(Object.keys(facts).length === 0 ? {} : { facts }) };
}
