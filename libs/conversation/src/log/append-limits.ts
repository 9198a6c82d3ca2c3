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
   * A batch that fails after this long was not answered, and takes what waits behind it along, in ms. Together with the
   * deadline of a call, 2.5 s by default, it stays below 3 s: what waits behind a failed batch is refused by then.
   */
  readonly stuckMs: number;
  /** Pause between two tries of the busy lane, in ms. */
  readonly busyPauseMs: number;
}

export const APPEND_LIMITS: AppendLimits = {
  batchRows: 500,
  batchBytes: 1_048_576,
  waitingRows: 20_000,
  waitMs: 2_500,
  stuckMs: 400,
  busyPauseMs: 5,
};
