/** Bounds of the wait, in ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The wait after try number `attempt` (from 1 on), in ms: doubles up to the maximum; half of it is chance. */
export function backoffMs(attempt: number, { firstMs, maxMs }: Backoff, random: () => number = Math.random): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return ceiling / 2 + (random() * ceiling) / 2;
}
