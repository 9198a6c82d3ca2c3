import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { endpointOfHandler } from './endpoint-of.js';
import { ENDPOINTS } from './endpoints.js';

/**
 * Checks at boot that every declared endpoint has exactly one handler.
 * @throws Error that names what is missing or doubled.
 */
export function assertEndpointHandlers(discovery: DiscoveryService, scanner: MetadataScanner): void {
  const handlers = new Map<string, number>(Object.keys(ENDPOINTS).map((name) => [name, 0]));
  for (const { metatype } of discovery.getControllers()) {
    if (typeof metatype !== 'function') continue;
    const prototype = metatype.prototype as Readonly<Record<string, object>>;
    for (const method of scanner.getAllMethodNames(prototype)) {
      const name = endpointOfHandler(prototype[method] ?? {});
      if (name !== undefined) handlers.set(name, (handlers.get(name) ?? 0) + 1);
    }
  }
  const wrong = [...handlers].filter(([, count]) => count !== 1);
  if (wrong.length === 0) return;
  const list = wrong.map(([name, count]) => `${name} has ${count.toString()} handlers`).join(', ');
  throw new Error(`Each endpoint needs one handler: ${list}`);
}
