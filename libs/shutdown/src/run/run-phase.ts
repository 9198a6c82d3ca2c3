import type { Step, StepReport } from '../plan/step.js';
import { runStep, type StepLimit } from './run-step.js';

/** Limits of a phase: steps get less the later they begin. */
export interface PhaseLimit extends Pick<StepLimit, 'clock' | 'hasten'> {
  /** Instant of `clock` at which the phase has to be over. */
  readonly deadline: () => number;
  readonly stepBegan?: (step: Step) => void;
  readonly stepEnded?: (report: StepReport) => void;
}

/** Runs the steps of one phase, each as soon as those it comes after are over. The steps must have no cycle. */
export async function runPhase(steps: readonly Step[], limit: PhaseLimit): Promise<StepReport[]> {
  const { clock, hasten, deadline } = limit;
  const started = new Map<string, Promise<StepReport>>();

  function start(step: Step): Promise<StepReport> {
    const running = started.get(step.name);
    if (running !== undefined) return running;
    const earlier = steps.filter(({ name }) => step.after?.includes(name) ?? false).map(start);
    const report = Promise.all(earlier).then(async () => {
      const budgetMs = Math.max(0, Math.min(step.timeoutMs, deadline() - clock.now()));
      limit.stepBegan?.(step);
      const ended = await runStep(step, { clock, hasten, budgetMs });
      limit.stepEnded?.(ended);
      return ended;
    });
    started.set(step.name, report);
    return report;
  }

  return Promise.all(steps.map(start));
}
