/** One client under load: writes to a room, reads it, and perhaps reads an answer that is being written. */
export interface Member {
  readonly isLive: boolean;
  /** The longest time without a live connection since {@link begin}, in ms. */
  readonly gapMs: number;
  start(): void;
  /** From now on gaps count. */
  begin(): void;
  say(): void;
  /** Asks for a long answer, and for the next one whenever one has ended. */
  ask(): void;
  /** Asks no more. */
  rest(): void;
  stop(): void;
}
