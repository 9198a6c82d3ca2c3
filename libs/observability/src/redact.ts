import { maskUrls } from './mask-urls.js';
import { serializeError } from './serialize-error.js';

/** Fields that hold secrets or what people wrote; compared in lower case, at any depth. */
const SECRET_FIELDS = new Set([
  'accesstoken',
  'apikey',
  'auth',
  'authorization',
  'body',
  'cookie',
  'cookies',
  'jwt',
  'parameters',
  'parts',
  'password',
  'query',
  'secret',
  'set-cookie',
  'text',
  'title',
  'token',
  'values',
]);

/** One name for each context field, whoever writes it. */
const RENAMED: Readonly<Record<string, string>> = {
  instanceId: 'instance',
  tenantId: 'tenant',
  threadId: 'thread',
  runId: 'run',
  userId: 'user',
  sessionId: 'session',
};

const MAX_DEPTH = 6;
const MAX_ENTRIES = 50;
const MAX_STRING = 4_000;

function scrub(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskUrls(value.slice(0, MAX_STRING));
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return serializeError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return maskUrls(value.href);
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => scrub(entry, depth + 1));
  return scrubEntries(value, depth);
}

function scrubEntries(value: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value).slice(0, MAX_ENTRIES)) {
    if (entry === undefined) continue;
    const name = depth === 0 ? (RENAMED[key] ?? key) : key;
    clean[name] = SECRET_FIELDS.has(key.toLowerCase()) ? '[redacted]' : scrub(entry, depth + 1);
  }
  return clean;
}

/**
 * The fields of a log line, fit to be written: secrets and message bodies blotted out at any depth, errors serialised,
 * context fields under their one name, and everything bounded in depth, entries and length.
 */
export function redact(fields: object): Record<string, unknown> {
  return scrubEntries(fields, 0);
}
