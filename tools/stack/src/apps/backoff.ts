const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** An app that stayed ready for this long starts again from the first delay. */
export const HEALTHY_MS = 30_000;

/** Delay before restart number `failures` (1 = the first) of an app that keeps crashing, in ms. */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
