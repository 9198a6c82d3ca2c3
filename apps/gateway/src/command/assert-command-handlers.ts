import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { COMMANDS } from '@holdfast/contracts';
import { commandOf } from './command-of.js';

/**
 * Checks at boot that every declared command has exactly one handler.
 * @throws Error that names what is missing or doubled.
 */
export function assertCommandHandlers(discovery: DiscoveryService, scanner: MetadataScanner): void {
  const counts = new Map<string, number>(Object.keys(COMMANDS).map((name) => [name, 0]));
  for (const { metatype } of discovery.getProviders()) {
    if (typeof metatype !== 'function') continue;
    const prototype = metatype.prototype as Readonly<Record<string, object>> | undefined;
    if (prototype === undefined) continue;
    for (const method of scanner.getAllMethodNames(prototype)) {
      const name = commandOf(prototype[method] ?? {});
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const wrong = [...counts].filter(([, count]) => count !== 1);
  if (wrong.length === 0) return;
  const list = wrong.map(([name, count]) => `${name} has ${count.toString()} handlers`).join(', ');
  throw new Error(`Each command needs one handler: ${list}`);
}
