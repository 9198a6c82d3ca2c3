import type { Clock } from './clock.js';
import { runPhase } from './run-phase.js';
import { PHASES, type Phase, type Step, type StepReport } from './step.js';

/** Steps that free what others use; they get their share of the budget even if every phase before overran. */
const CLOSING: ReadonlySet<Phase> = new Set<Phase>(['resources', 'custom']);

/** Share of the budget that is kept for the closing phases. */
const CLOSING_SHARE = 0.25;
const MAX_CLOSING_MS = 5_000;

/** Time for the closing phases after a second signal, in ms. */
export const HASTENED_MS = 1_000;

export interface SequenceOptions {
  readonly clock: Clock;
  /** Longest time from the first signal to the end, in ms. */
  readonly budgetMs: number;
  /** Which phases to run; all by default. */
  readonly phases?: readonly Phase[];
  readonly onPhase: (phase: Phase, reports: readonly StepReport[], ms: number) => void;
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
    this.closingMs = Math.min(MAX_CLOSING_MS, options.budgetMs * CLOSING_SHARE);
  }

  /** Runs everything once; resolves with the report of each step, in the order of the phases. */
  async begin(): Promise<StepReport[]> {
    const { clock, budgetMs, onPhase, phases = PHASES } = this.options;
    this.endsAt = Math.min(this.endsAt, clock.now() + budgetMs);
    const all: StepReport[] = [];
    for (const phase of phases) {
      const steps = this.steps.filter((step) => step.phase === phase);
      if (steps.length === 0) continue;
      const startedAt = clock.now();
      const reports = await this.run(phase, steps);
      onPhase(phase, reports, Math.round(clock.now() - startedAt));
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
    const { clock } = this.options;
    if (CLOSING.has(phase)) {
      return runPhase(steps, { clock, hasten: this.never.signal, deadline: () => this.endsAt });
    }
    return runPhase(steps, { clock, hasten: this.hastened.signal, deadline: () => this.endsAt - this.closingMs });
  }
}
