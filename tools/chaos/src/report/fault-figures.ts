import type { OperationCounts } from '../checker/verdict.js';

/** What one kind of fault did to a run. */
export interface FaultFigures {
  readonly name: string;
  readonly injections: number;
  /** Injections that were seen to hit something. */
  readonly effective: number;
  /** Operations that were in flight between an injection's begin and its recovery. */
  readonly operations: OperationCounts;
  /** Milliseconds of each effective injection that was recovered from; see `recovery.ts` for what that means. */
  readonly recoveriesMs: readonly number[];
  /** Effective injections after which the run ended before service was back. */
  readonly unrecovered: number;
  /** Violations whose first proof lies between begin and recovery of an injection of this fault. */
  readonly violations: number;
}
