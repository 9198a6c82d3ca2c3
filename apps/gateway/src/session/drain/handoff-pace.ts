import type { InstanceDetail } from '@holdfast/contracts';

/** New sessions per second that a rested gateway takes on without those it has feeling it. */
const SAFE_PER_S = 200;

/** A gateway whose event loop lags this much takes half of that, in ms. */
const HALVING_LAG_MS = 50;

/** Limits of each gateway of the fleet. */
export interface GatewayLimits {
  readonly connections: number;
  readonly handshakesPerS: number;
}

/** Sessions per second that one gateway can take now; 0 if it is full. */
export function takesPerS({ connections, loopLagMs }: Load, limits: GatewayLimits): number {
  if (connections >= limits.connections) return 0;
  return Math.min(SAFE_PER_S, limits.handshakesPerS) / (1 + loopLagMs / HALVING_LAG_MS);
}

export type Load = Pick<InstanceDetail, 'connections' | 'loopLagMs'>;

/**
 * Time over which `sockets` are sent to the survivors, in ms: as short as they can take it, and `maxMs` at most, as well as
 * if nothing is known of them.
 */
export function handoffWindowMs(
  sockets: number,
  survivors: readonly Load[],
  { maxMs, limits }: { readonly maxMs: number; readonly limits: GatewayLimits },
): number {
  const perS = survivors.reduce((sum, survivor) => sum + takesPerS(survivor, limits), 0);
  return perS === 0 ? maxMs : Math.min(maxMs, (sockets / perS) * 1_000);
}

/** A client that does not move by itself does not hold a long shutdown up for longer, in ms. */
const MAX_OVERLAP_MS = 15_000;

/** Time that each client has to open its new connection and to sync it: all that its slots leave of `totalMs`. */
export function handoffOverlapMs(totalMs: number, windowMs: number): number {
  return Math.floor(Math.min(MAX_OVERLAP_MS, totalMs - windowMs));
}
