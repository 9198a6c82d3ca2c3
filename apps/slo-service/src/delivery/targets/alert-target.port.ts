import type { Dispatch } from '../payload/dispatch.js';

/** How one try ended; `code` says why in a word, for people and for the row. */
export type SendOutcome =
  | { readonly kind: 'delivered'; readonly code: string }
  /** To be tried again, not before `afterMs` (by default when the backoff says). */
  | { readonly kind: 'retry'; readonly code: string; readonly afterMs?: number | undefined }
  /** Trying again would end in the same way. */
  | { readonly kind: 'dead'; readonly code: string };

/** How much at once. */
export interface Pace {
  /** Sends at the same time, of one replica. */
  readonly concurrency: number;
  /** Pause after a send, in ms. */
  readonly gapMs: number;
}

/** For a target that forgets: what it has taken is sent again. */
export interface Reminder {
  readonly everyMs: number;
  /** How long after its delivery a resolve is repeated, in ms. */
  readonly resolvedForMs: number;
}

/** Somebody who takes notices. */
export interface AlertTarget {
  /** Names it in rows: those that wait are sent by whoever knows the name. */
  readonly name: string;
  /** Label of its metrics. */
  readonly kind: string;
  readonly pace: Pace;
  readonly reminder?: Reminder | undefined;
  /** For a target that takes the alerts of a service in one message: how many, at most. */
  readonly groupOf?: number | undefined;
  /** Whether people hear by it, so that a failure is worth the fallback. */
  readonly reachesPeople: boolean;
  /** Tries once; never throws. */
  send(dispatch: Dispatch, signal: AbortSignal): Promise<SendOutcome>;
}
