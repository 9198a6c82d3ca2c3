/** A file that is no history: the harness is at fault, and nothing is known about the system. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}
