/** The phases of a shutdown, in their order. */
export const PHASES = ['mark', 'grace', 'requests', 'sockets', 'agents', 'resources', 'custom'] as const;
export type Phase = (typeof PHASES)[number];

/** What a step may know while it works. */
export interface StepContext {
  /** Fires when the step's time is up or a second signal came: stop waiting, give up what is left. */
  readonly signal: AbortSignal;
  /** Time the step has from its start, in ms. */
  readonly budgetMs: number;
}

export interface StepOptions {
  readonly phase: Phase;
  /** Longest time the step may take, in ms; the shutdown's own budget may leave less. */
  readonly timeoutMs: number;
  /** Names of steps of the same phase that have to be over first, whether well or badly. Absent names are ignored. */
  readonly after?: readonly string[];
}

export type StepFn = (context: StepContext) => unknown;

export interface Step extends StepOptions {
  readonly name: string;
  readonly fn: StepFn;
}

/** How a step ended; `skipped` = a second signal came before it began. */
export type StepOutcome = 'done' | 'failed' | 'overran' | 'skipped';

export interface StepReport {
  readonly name: string;
  readonly phase: Phase;
  readonly outcome: StepOutcome;
  readonly ms: number;
  readonly error?: unknown;
}
