import * as z from 'zod/mini';
import { ERROR_CODES, type ErrorCode } from '@holdfast/contracts';
import type { EndpointSchemas } from '../http/endpoints/endpoint.js';
import type { JsonSchema } from './json-schema.js';
import type { SchemaComponents } from './schema-components.js';

/** What any endpoint may answer besides its own errors. */
const COMMON_ERRORS: readonly ErrorCode[] = ['invalid', 'rate_limited', 'unavailable', 'timeout', 'internal'];

const ACCESS_NOTES = {
  public: 'Needs no token.',
  user: 'Needs a token.',
  ops: 'Needs the role `ops`; from the same machine in development no token.',
} as const;

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

function parameters(schema: z.ZodMiniType | undefined, place: 'path' | 'query'): JsonSchema[] {
  if (schema === undefined) return [];
  // Query values arrive as text: the output tells what the text must say, the input whether it may be absent.
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output' }) as ObjectSchema;
  const { required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as ObjectSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

function errorResponses(codes: readonly ErrorCode[], error: JsonSchema): Record<string, JsonSchema> {
  const statuses = [...new Set(codes.map((code) => ERROR_CODES[code].http))];
  const groups = statuses.map((status) => ({
    status,
    group: codes.filter((code) => ERROR_CODES[code].http === status),
  }));
  return Object.fromEntries(
    groups.map(({ status, group }) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join('\n\n'),
        content: { 'application/json': { schema: error } },
      },
    ]),
  );
}

/** The OpenAPI operation of one endpoint. */
export function operationOf(name: string, endpoint: EndpointSchemas, components: SchemaComponents): JsonSchema {
  const { summary, description, tag, access, params, query, body, status, reply, errors } = endpoint;
  const title = name.replace(/(?:^|\.)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const authErrors: readonly ErrorCode[] = access === 'public' ? [] : ['unauthenticated'];
  const codes = [...new Set([...COMMON_ERRORS, ...authErrors, ...errors, ...(body ? (['too_large'] as const) : [])])];
  const json = (schema: z.ZodMiniType, suffix: string) => ({
    content: { 'application/json': { schema: components.refer(schema, `${title}${suffix}`) } },
  });
  const success = { description: reply === undefined ? 'Done' : summary, ...(reply && json(reply, 'Reply')) };
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: [description, ACCESS_NOTES[access]].filter(Boolean).join(' '),
    security: access === 'public' ? [] : [{ bearer: [] }, ...(access === 'ops' ? [{}] : [])],
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(body && { requestBody: { required: true, ...json(body, 'Body') } }),
    responses: {
      [status.toString()]: success,
      ...errorResponses(codes, { $ref: '#/components/schemas/ErrorReply' }),
    },
  };
}
