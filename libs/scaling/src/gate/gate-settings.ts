import type { LogEvent } from '@holdfast/contracts';
import type { ThreadTarget } from '../rooms.js';

/** A range of a thread's log, read from Postgres: the first events after some seq, in order and without a hole. */
export interface PulledRange {
  readonly epoch: string;
  readonly head: number;
  readonly events: readonly LogEvent[];
}

/** Where a room stands: everything up to `last` was delivered to those who were in it. */
export interface RoomPosition {
  readonly epoch: string;
  readonly last: number;
}

/** What an authorised read of Postgres said about a thread. */
export interface ThreadPosition {
  readonly epoch: string;
  readonly head: number;
  /** Seq up to which the sockets that just joined have everything; by default `head`. */
  readonly delivered?: number;
  /** The epoch of `delivered`, where the sockets come from a room of an older one; by default `epoch`. */
  readonly deliveredEpoch?: string;
}

/** Calls `fn` after `ms`; @returns a function that prevents it. */
export type Schedule = (ms: number, fn: () => void) => () => void;

export interface GateSettings {
  /** Reads the events after `afterSeq`; bounded in rows by its implementation. */
  readonly pull: (threadId: string, afterSeq: number) => Promise<PulledRange>;
  /** A room of a higher member version than this process holds was used: re-authorise the thread's sockets. */
  readonly onStale?: (target: ThreadTarget) => void;
  /** Sees every event of a thread that is no log entry, such as `run.chunk`, as the sockets of this process get it. */
  readonly onPassed?: (target: ThreadTarget, event: string, payload: unknown) => void;
  readonly schedule?: Schedule;
  readonly limits?: Partial<GateLimits>;
}

export interface GateLimits {
  /** How long an event waits for its predecessor's own hint before a pull, in ms. */
  readonly holdMs: number;
  /** How long hints wait for the head of a room that was just opened, in ms. */
  readonly adoptMs: number;
  /** Deadline of one pull, in ms. */
  readonly pullTimeoutMs: number;
  /** Wait before a failed or fruitless pull is repeated, in ms; doubled each time. */
  readonly retryMs: number;
  /** Fruitless pulls in a row after which the gap is left to the next hint or poll. */
  readonly maxAttempts: number;
  /** Pulls of this process at once. */
  readonly maxPulls: number;
  /** Events that one room holds back. */
  readonly maxHeld: number;
}

export const GATE_LIMITS: GateLimits = {
  holdMs: 50,
  adoptMs: 2_000,
  pullTimeoutMs: 2_000,
  retryMs: 100,
  maxAttempts: 4,
  maxPulls: 8,
  maxHeld: 256,
};

/** Real time; a waiting gate does not keep the process alive. */
export const realSchedule: Schedule = (ms, fn) => {
  const timer = setTimeout(fn, ms);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
};
