import { createHash } from 'node:crypto';
import type { MessageBody } from '@holdfast/contracts';

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** Hash of a body that does not depend on the order of keys, in hex: tells a retry from another message. */
export function bodyHash(body: MessageBody): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(body)))
    .digest('hex')
    .slice(0, 32);
}
