import type { JsonSchema } from './json-schema.js';

function plain(operationId: string, summary: string, contentType: string, statuses: readonly string[]): JsonSchema {
  const schema = { type: contentType === 'application/json' ? 'object' : 'string' };
  return {
    operationId,
    tags: ['system'],
    summary,
    security: [],
    responses: Object.fromEntries(
      statuses.map((status) => [status, { description: summary, content: { [contentType]: { schema } } }]),
    ),
  };
}

/** Paths for probes, scrapers and tools, which are no part of the API that clients use. */
export const PLAIN_PATHS: Readonly<Record<string, Record<string, JsonSchema>>> = {
  '/health': {
    get: plain('health.get', 'All checks, with details for operators', 'application/json', ['200', '401', '503']),
  },
  '/health/live': { get: plain('health.live', 'Whether the process runs', 'application/json', ['200', '503']) },
  '/health/ready': { get: plain('health.ready', 'Whether it takes traffic', 'application/json', ['200', '503']) },
  '/health/startup': { get: plain('health.startup', 'Whether it has booted', 'application/json', ['200', '503']) },
  '/metrics': {
    get: plain('metrics.get', "Metrics in Prometheus' text format", 'text/plain', ['200', '403']),
  },
  '/api/openapi.json': { get: plain('docs.openapi', 'This document', 'application/json', ['200']) },
  '/api/asyncapi.json': { get: plain('docs.asyncapi', 'The socket protocol', 'application/json', ['200']) },
};
