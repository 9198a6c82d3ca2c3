import * as z from 'zod/mini';
import { WireError } from '@holdfast/contracts';
import { ENDPOINTS, endpoint, type EndpointName } from '../http/endpoints/endpoints.js';
import type { JsonSchema } from './json-schema.js';
import { operationOf } from './operation.js';
import { PLAIN_PATHS } from './plain-paths.js';
import { SchemaComponents } from './schema-components.js';

/** The one shape of every error reply. */
const ErrorReply = z.object({ error: WireError });

const TAGS = [
  { name: 'auth', description: 'Tokens and who they speak for' },
  { name: 'threads', description: 'Conversations' },
  { name: 'members', description: 'Who takes part in a conversation' },
  { name: 'history', description: 'The log of a conversation' },
  { name: 'people', description: 'People and agents of a tenant' },
  { name: 'system', description: 'What runs, probes and metrics' },
  { name: 'slo', description: 'Service level objectives, their budgets and alerts, for operators' },
];

const DESCRIPTION =
  'REST edge of Holdfast. Messages are sent and received over the socket, which /api/asyncapi.json describes. ' +
  'Every error has the shape `{error: {code, message, retryable, retryAfterMs?}}`; decide by `code` and `retryable`.';

/** The OpenAPI 3.1 document of the REST edge, derived from the declared endpoints. */
export function openApiDocument(version: string): JsonSchema {
  const components = new SchemaComponents();
  components.refer(ErrorReply, 'ErrorReply');
  const paths: Record<string, Record<string, JsonSchema>> = { ...PLAIN_PATHS };
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) {
    const { method, path } = endpoint(name);
    const template = path.replace(/:([a-zA-Z]+)/g, '{$1}');
    paths[template] = { ...paths[template], [method.toLowerCase()]: operationOf(name, endpoint(name), components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS,
    paths,
    components: {
      schemas: components.toJson(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}
