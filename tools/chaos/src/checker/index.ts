import type { Entry } from '../history/entry.js';
import { readHistory } from '../history/read-history.js';
import { judge } from './judge.js';
import type { Verdict } from './verdict.js';

export { INVARIANT_NAMES } from './verdict.js';
export type { FaultFigures, InvariantName, Verdict, Violation } from './verdict.js';

/**
 * Judges the history in `file`, in one pass. Broken promises are in the verdict, and so is why a run proves nothing.
 * @throws HistoryError if a line is not an entry: the harness is at fault, nothing is known about the system
 */
export function check(file: string): Promise<Verdict> {
  return judge(readHistory(file) satisfies AsyncIterable<Entry>);
}
