import type { Location } from './connection-registry.port.js';
import { countIgnored } from './ignored.js';
import { parseLease } from './lease.js';

const CONNECTION_IDS = /^[\w-]{1,64}( [\w-]{1,64})*$/;

/** What a user's entry tells, whoever wrote into it. */
export function locationsOf(entry: Readonly<Record<string, string>>): Location[] {
  const byInstance = new Map<string, string[]>();
  for (const [lease, text] of Object.entries(entry)) {
    const owner = parseLease(lease);
    if (owner === undefined || !CONNECTION_IDS.test(text)) countIgnored();
    else byInstance.set(owner.instanceId, [...(byInstance.get(owner.instanceId) ?? []), ...text.split(' ')]);
  }
  return [...byInstance].map(([instanceId, connectionIds]) => ({ instanceId, connectionIds }));
}
