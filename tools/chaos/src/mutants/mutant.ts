import type { InvariantName } from '../checker/index.js';

/** One change in a built file. `find` occurs there exactly once. */
export interface Patch {
  readonly app: 'gateway' | 'agent-worker';
  /** Within the built app, such as `libs/scaling/src/gate/room-gate.js`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A deliberate defect, and the promise that it must be seen to break. */
export interface Mutant {
  readonly name: string;
  /** The defect, in words. */
  readonly defect: string;
  readonly invariant: InvariantName;
  /** Part of what has to be said of it, where the invariant covers other things as well. */
  readonly tells?: string;
  readonly patches: readonly Patch[];
  /** What brings it to light. */
  readonly scenario: Scenario;
}

export interface Scenario {
  readonly minutes: number;
  /** Names of faults; empty for none. */
  readonly faults: readonly string[];
  /** Operations a second. */
  readonly rate: number;
}
