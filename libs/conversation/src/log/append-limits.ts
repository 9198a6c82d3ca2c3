/** Bounds of the group commit. */
export interface AppendLimits {
  /** Rows of one batch. */
  readonly batchRows: number;
  /** UTF-8 bytes of text in one batch, beyond its first row. */
  readonly batchBytes: number;
  /** Rows that wait, over all lanes; beyond it rows are refused as `busy`. */
  readonly waitingRows: number;
  /** Longest wait of a row before it is sent, in ms. */
  readonly waitMs: number;
  /**
   * Longest time until a row is answered, in ms, also while the database has it. Below the 3 s that a sender is promised,
   * by what the way to and from the sender may take.
   */
  readonly answerMs: number;
  /** A batch that fails after this long was not answered, and takes what waits behind it along, in ms. */
  readonly stuckMs: number;
  /** Pause between two tries of the busy lane, in ms. */
  readonly busyPauseMs: number;
}

export const APPEND_LIMITS: AppendLimits = {
  batchRows: 500,
  batchBytes: 1_048_576,
  waitingRows: 20_000,
  waitMs: 2_500,
  answerMs: 2_800,
  stuckMs: 400,
  busyPauseMs: 5,
};
