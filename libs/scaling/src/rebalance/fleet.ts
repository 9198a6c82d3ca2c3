import type { InstanceInfo } from '@holdfast/contracts';
import type { FleetView } from './rebalance.js';
import { spreadOf } from './spread.js';

/** Heartbeats after which a figure is too old to act on. */
const FRESH_HEARTBEATS = 2;

export interface FleetOptions {
  readonly instanceId: string;
  readonly heartbeatMs: number;
}

/** The other gateways as `instanceId` may count on them: ready, fresh, and nobody on the way out. */
export function otherGateways(
  instances: readonly InstanceInfo[],
  { instanceId, heartbeatMs }: FleetOptions,
): Pick<FleetView, 'others' | 'isChanging'> {
  const gateways = instances.filter(({ app }) => app === 'gateway');
  const fresh = gateways.filter(({ ageMs }) => ageMs <= FRESH_HEARTBEATS * heartbeatMs);
  const isListed = fresh.some((instance) => instance.instanceId === instanceId);
  const ready = fresh.filter(({ state }) => state === 'ready');
  return {
    others: ready.filter((instance) => instance.instanceId !== instanceId).map(({ connections }) => connections),
    isChanging: !isListed || gateways.some(({ state }) => state === 'draining'),
  };
}

/** Spread of the sockets of the ready gateways, as in {@link spreadOf}; null if there is none. */
export function gatewaySpread(instances: readonly InstanceInfo[]): number | null {
  const ready = instances.filter(({ app, state }) => app === 'gateway' && state === 'ready');
  return ready.length === 0 ? null : spreadOf(ready.map(({ connections }) => connections));
}
