import type { HealthScope } from './health-state.js';

/** Of each check, how many other instances lately saw the resource up and how many saw it down. */
export type PeerViews = ReadonlyMap<string, { readonly up: number; readonly down: number }>;

/** Largest share of the fleet that may call a fault its own and leave; one instance always may. */
const MAX_LEAVING = 1 / 3;

/**
 * Whose fault it is when this check fails here: that of this instance, if at most a third of all that look at the same
 * resource have lost it. Otherwise it is shared, and leaving would help nobody. A resource that nobody else looks at
 * stays `unknown`, and is then treated as shared.
 */
export function scopeOf(check: string, peers: PeerViews): HealthScope {
  const { up, down } = peers.get(check) ?? { up: 0, down: 0 };
  if (up + down === 0) return 'unknown';
  const leaving = down + 1;
  return up > 0 && leaving <= Math.max(1, (up + leaving) * MAX_LEAVING) ? 'local' : 'shared';
}
