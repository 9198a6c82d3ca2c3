import type { Clock } from './clock.js';
import type { Step, StepReport } from './step.js';

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
  if (hasten.aborted) return { name, phase, outcome: 'skipped', ms: 0 };
  const startedAt = clock.now();
  const limit = new AbortController();
  const give = () => {
    limit.abort();
  };
  const cancelTimer = clock.after(budgetMs, give);
  hasten.addEventListener('abort', give, { once: true });
  const overran = new Promise<'overran'>((resolve) => {
    limit.signal.addEventListener('abort', () => {
      resolve('overran');
    });
  });
  // The work goes on unobserved after an overrun, so that its late failure must not become an unhandled rejection.
  const work = Promise.resolve()
    .then(() => step.fn({ signal: limit.signal, budgetMs }))
    .then(
      () => ({ outcome: 'done' as const }),
      (error: unknown) => ({ outcome: 'failed' as const, error }),
    );
  const first = await Promise.race([work, overran]);
  cancelTimer();
  hasten.removeEventListener('abort', give);
  const ms = Math.round(clock.now() - startedAt);
  return first === 'overran' ? { name, phase, outcome: first, ms } : { name, phase, ms, ...first };
}
