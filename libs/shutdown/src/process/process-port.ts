/** The part of Node's `process` that a shutdown uses. */
export interface ProcessPort {
  on(event: string, listener: (argument: unknown) => void): unknown;
  exit(code: number): unknown;
  /** Ends the process from the outside after `ms`, should its event loop stand still until then. */
  guard?(ms: number): void;
}

/** Signals that end the process, with their numbers: the exit code after a second one is 128 + n. */
export const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const;

/** Faults that nobody caught; the state of the process is unknown, so that it ends as well as it still can. */
export const FAULTS = ['uncaughtException', 'unhandledRejection'] as const;
