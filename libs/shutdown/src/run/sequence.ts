import { closingMs, isClosing } from '../plan/budgets.js';
import { PHASES, type Phase, type Step, type StepReport } from '../plan/step.js';
import type { Clock } from './clock.js';
import { runPhase } from './run-phase.js';

/** Time for the closing phases after a second signal, in ms. */
export const HASTENED_MS = 1_000;

/** Who takes down what happens. */
export interface SequenceObserver {
  phaseBegan(phase: Phase): void;
  stepBegan(step: Step): void;
  stepEnded(report: StepReport): void;
  phaseEnded(phase: Phase, reports: readonly StepReport[]): void;
}

export interface SequenceOptions {
  readonly clock: Clock;
  /** Longest time from the first signal to the end, in ms. */
  readonly budgetMs: number;
  /** Which phases to run; all by default. */
  readonly phases?: readonly Phase[];
  readonly observer?: SequenceObserver;
}

/**
 * One shutdown: mark → grace → requests → sockets → agents → resources → custom.
 *
 *     running ──begin──▶ phase by phase ──▶ over
 *                  └─hasten─▶ skip to resources, at most 1 s ──▶ over
 *
 * A step that fails or overruns is reported and changes nothing for the others.
 */
export class Sequence {
  private readonly hastened = new AbortController();
  private readonly never = new AbortController();
  private readonly closingMs: number;
  private endsAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly steps: readonly Step[],
    private readonly options: SequenceOptions,
  ) {
    this.closingMs = closingMs(options.budgetMs);
  }

  /** Runs everything once; resolves with the report of each step, in the order of the phases. */
  async begin(): Promise<StepReport[]> {
    const { clock, budgetMs, observer, phases = PHASES } = this.options;
    this.endsAt = Math.min(this.endsAt, clock.now() + budgetMs);
    const all: StepReport[] = [];
    for (const phase of phases) {
      const steps = this.steps.filter((step) => step.phase === phase);
      if (steps.length === 0) continue;
      observer?.phaseBegan(phase);
      const reports = await this.run(phase, steps);
      observer?.phaseEnded(phase, reports);
      all.push(...reports);
    }
    return all;
  }

  /** Gives up everything before the closing phases and leaves those one second. */
  hasten(): void {
    this.endsAt = Math.min(this.endsAt, this.options.clock.now() + HASTENED_MS);
    this.hastened.abort();
  }

  private run(phase: Phase, steps: readonly Step[]): Promise<StepReport[]> {
    const { clock, observer } = this.options;
    const common = {
      clock,
      stepBegan: (step: Step) => observer?.stepBegan(step),
      stepEnded: (report: StepReport) => observer?.stepEnded(report),
    };
    return isClosing(phase)
      ? runPhase(steps, { ...common, hasten: this.never.signal, deadline: () => this.endsAt })
      : runPhase(steps, { ...common, hasten: this.hastened.signal, deadline: () => this.endsAt - this.closingMs });
  }
}
