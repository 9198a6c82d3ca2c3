import type { IncomingMessage } from 'node:http';
import { forwarded } from './client-address.js';

interface OriginRules {
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: number;
}

/**
 * Whether a page of the request's Origin may connect. CORS does not guard WebSockets, so this does. No Origin means no
 * browser, hence nobody to protect from a foreign page.
 */
export function isOriginAllowed(request: IncomingMessage, { allowedOrigins, trustProxy }: OriginRules): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  const scheme = forwarded(request, 'x-forwarded-proto', trustProxy) ?? 'http';
  const ownHost = forwarded(request, 'x-forwarded-host', trustProxy) ?? host;
  if (ownHost === undefined) return false;
  const own = URL.parse(`${scheme}://${ownHost}`);
  return own !== null && own.origin !== 'null' && own.origin === origin;
}
