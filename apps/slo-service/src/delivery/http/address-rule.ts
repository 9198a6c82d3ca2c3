import ipaddr from 'ipaddr.js';

/** What may be connected to. */
export interface NetworkPolicy {
  /** Addresses of private networks and of this machine too. */
  readonly allowPrivate: boolean;
  /** Plain HTTP to public addresses too; to private ones it goes with `allowPrivate`. */
  readonly allowPlain: boolean;
}

export type Reach = 'public' | 'private' | 'forbidden';

const PRIVATE: ReadonlySet<string> = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** Services that tell a machine its own secrets, at addresses that no range gives away. */
const METADATA: ReadonlySet<string> = new Set(['100.100.100.200', '168.63.129.16', 'fd00:ec2::254']);

/** Whose network an address belongs to. What is neither an ordinary public nor a private one is forbidden. */
export function reachOf(address: string): Reach {
  if (!ipaddr.isValid(address)) return 'forbidden';
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  // NAT64: the last four bytes are the IPv4 address that is meant.
  if (range === 'rfc6052') return reachOf(ipaddr.fromByteArray(parsed.toByteArray().slice(-4)).toString());
  if (METADATA.has(parsed.toString())) return 'forbidden';
  if (range === 'unicast') return 'public';
  return PRIVATE.has(range) ? 'private' : 'forbidden';
}

/** Whether the policy lets a request of `protocol` (`https:` or `http:`) go to `address`. */
export function mayConnect(address: string, protocol: string, policy: NetworkPolicy): boolean {
  const reach = reachOf(address);
  if (reach === 'private') return policy.allowPrivate;
  return reach === 'public' && (protocol === 'https:' || policy.allowPlain);
}
