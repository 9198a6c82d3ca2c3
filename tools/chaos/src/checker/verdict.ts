/** A promise that the history shows to be broken. */
export interface Violation {
  readonly invariant: InvariantName;
  /** What happened, in words. */
  readonly what: string;
  /** What it is about: thread, run, client or process. */
  readonly subject: string;
  /** Indexes of the entries that prove it, in the history's order. */
  readonly entries: readonly number[];
}

export const INVARIANT_NAMES = [
  'durable',
  'once',
  'order',
  'stream',
  'terminal',
  'liveness',
  'isolation',
  'process',
  'memory',
  'tools',
] as const;
export type InvariantName = (typeof INVARIANT_NAMES)[number];

/** What the wire did that a client must cope with; never a violation. */
export interface WireNoise {
  /** Log entries that a client got again. */
  readonly duplicateEvents: number;
  /** Chunks, or parts of chunks, that a client got again. */
  readonly duplicateChunks: number;
  /** Packets of an attempt that a client had left behind. */
  readonly lateAttempts: number;
  /** Snapshots that replaced what a client had. */
  readonly snapshots: number;
  /** Positions that a client reached after it had dropped its cache. */
  readonly resets: number;
}

/** What a history shows. A history that proves nothing has reasons in `invalid`, whatever `violations` says. */
export interface Verdict {
  readonly seed: number;
  readonly minutes: number;
  /** Operations a second that were asked for; undefined: the usual number. */
  readonly rate: number | undefined;
  readonly plannedFaults: readonly string[];
  readonly entries: number;
  /** Why this run proves nothing, in words; empty for a valid run. */
  readonly invalid: readonly string[];
  /** At most 50 per invariant are kept; `violationCounts` counts all. */
  readonly violations: readonly Violation[];
  readonly violationCounts: Readonly<Record<InvariantName, number>>;
  readonly operations: OperationCounts;
  /** From the end of the last fault until every app was ready; undefined without faults, or if the history does not say. */
  readonly readyAfterMs: number | undefined;
  /** Sends that were acknowledged. */
  readonly acknowledged: number;
  /** Log entries and stream events that clients saw. */
  readonly observations: number;
  readonly faults: readonly FaultFigures[];
  readonly noise: WireNoise;
}

export interface OperationCounts {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
}

/** What one kind of fault did to a run. */
export interface FaultFigures {
  readonly name: string;
  /** 0 for a fault that was planned and never came. */
  readonly injections: number;
  /** Injections that were seen to hit something. */
  readonly effective: number;
  /** Operations answered between begin and recovery of an injection. */
  readonly operations: OperationCounts;
  /** Of each effective injection that was recovered from, in ms; `Injections` says what that means. */
  readonly recoveriesMs: readonly number[];
  /** Effective injections after which service was not back before the run ended. */
  readonly unrecovered: number;
  /** Violations whose first proof lies between begin and recovery; one may count for several faults. */
  readonly violations: number;
}
