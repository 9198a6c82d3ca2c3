import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** The last hop's own entry is the one that the nearest of `trusted` proxies wrote; what lies before can be invented. */
export function forwarded(request: IncomingMessage, name: string, trusted: number): string | undefined {
  if (trusted === 0) return undefined;
  const hops = (header(request, name) ?? '').split(',').map((hop) => hop.trim());
  const hop = hops.at(-Math.min(trusted, hops.length));
  return hop === '' ? undefined : hop;
}

/**
 * Key of a client's address for limits, with `trusted` proxies in front. An IPv6 client counts as its /64, since it can
 * choose the rest itself.
 */
export function clientAddress(request: IncomingMessage, trusted: number): string {
  const address = forwarded(request, 'x-forwarded-for', trusted) ?? request.socket.remoteAddress ?? 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, 64);
  return `${expand(address).slice(0, 4).join(':')}::/64`;
}

function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
}
