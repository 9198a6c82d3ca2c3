/** The phases of a shutdown, in their order. */
export const PHASES = ['mark', 'grace', 'requests', 'sockets', 'agents', 'resources', 'custom'] as const;
export type Phase = (typeof PHASES)[number];

/** Numbers that a step puts into the report, such as how many sockets moved and how many were closed. */
export type StepFacts = Readonly<Record<string, number>>;

/** What a step may know while it works. */
export interface StepContext {
  /** Fires when the step's time is up or a second signal came: stop waiting, give up what is left. */
  readonly signal: AbortSignal;
  /** Time the step has from its start, in ms. */
  readonly budgetMs: number;
  /** Adds to the step's entry of the report; a later number replaces an earlier one of the same name. */
  readonly note: (facts: StepFacts) => void;
}

export interface StepOptions {
  readonly phase: Phase;
  /** Longest time the step may take, in ms; the shutdown's own budget may leave less. */
  readonly timeoutMs: number;
  /** Names of steps of the same phase that have to be over first, whether well or badly. Absent names are ignored. */
  readonly after?: readonly string[];
  /** How much the step still waits for; asked when it ends or is given up, and reported as left over. */
  readonly left?: () => number;
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
  readonly left?: number;
  readonly facts?: StepFacts;
  readonly error?: unknown;
}

/** What a step says it has left, if it says so; a step must not fail by being asked. */
export function leftOf({ left }: Pick<Step, 'left'>): { readonly left?: number } {
  try {
    return left === undefined ? {} : { left: left() };
  } catch {
    return {};
  }
}
