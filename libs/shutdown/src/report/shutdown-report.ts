import type { Phase, StepFacts, StepOutcome } from '../plan/step.js';

/** One step of a shutdown; `running` = it had not ended when the report was made. */
export interface StepEntry {
  readonly name: string;
  readonly outcome: StepOutcome | 'running';
  /** When it began, in ms since the shutdown did. */
  readonly startedMs: number;
  readonly ms: number;
  /** How much it still waited for when it ended. */
  readonly left?: number;
  readonly facts?: StepFacts;
}

/** One phase of a shutdown that had steps. */
export interface PhaseEntry {
  readonly phase: Phase;
  readonly outcome: 'done' | 'incomplete';
  /** When it began, in ms since the shutdown did. */
  readonly startedMs: number;
  readonly ms: number;
  /** Sum of what its steps left over. */
  readonly left: number;
  readonly steps: readonly StepEntry[];
}

/** A step that did not do what it was there for. */
export interface Abandoned {
  readonly phase: Phase;
  readonly step: string;
  readonly outcome: Exclude<StepOutcome, 'done'> | 'running';
  readonly left?: number;
}

/** What a shutdown did and did not do. */
export interface ShutdownReport {
  readonly id: string;
  /** The signal, or the fault, that began it. */
  readonly reason: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** From the first signal until the report was made. */
  readonly ms: number;
  /** The exit code, as far as it is known when the report is made. */
  readonly exitCode: number;
  readonly phases: readonly PhaseEntry[];
  readonly abandoned: readonly Abandoned[];
}
