import * as z from 'zod/mini';
import {
  Agent,
  InstanceInfo,
  LiveRun,
  LogEvent,
  Member,
  MessageBody,
  Part,
  RunFollow,
  SearchHit,
  SendBody,
  SendResult,
  ServiceInfo,
  SessionLimits,
  SystemStatus,
  ThreadCursor,
  ThreadResume,
  ThreadSummary,
  User,
  WireError,
} from '@holdfast/contracts';
import { mapNodes, type JsonSchema } from './json-schema.js';

/** Schemas that documents name rather than repeat. */
const NAMED: Readonly<Record<string, z.ZodMiniType>> = {
  Agent,
  InstanceInfo,
  LiveRun,
  LogEvent,
  Member,
  MessageBody,
  Part,
  RunFollow,
  SearchHit,
  SendBody,
  SendResult,
  ServiceInfo,
  SessionLimits,
  SystemStatus,
  ThreadCursor,
  ThreadResume,
  ThreadSummary,
  User,
  WireError,
};

const ROOT = '#/components/schemas/';
const SHARED = '__shared';

/** The schemas of a document under `components.schemas`, each under a unique name. */
export class SchemaComponents {
  private readonly registry = z.registry<{ id: string }>();

  constructor() {
    for (const [id, schema] of Object.entries(NAMED)) this.registry.add(schema, { id });
  }

  /** A reference to `schema`; unless it has a name already, it is listed under `name`. */
  refer(schema: z.ZodMiniType, name: string): JsonSchema {
    if (!this.registry.has(schema)) this.registry.add(schema, { id: name });
    return { $ref: `${ROOT}${this.registry.get(schema)?.id ?? name}` };
  }

  /**
   * Every schema referred to so far. They describe the consuming side: unknown fields are allowed, because events and
   * replies grow by fields.
   */
  toJson(): Record<string, JsonSchema> {
    const { schemas } = z.toJSONSchema(this.registry, { uri: (id) => `${ROOT}${id}`, io: 'input' });
    const { [SHARED]: shared, ...named } = schemas as Record<string, JsonSchema>;
    const all = { ...named, ...prefixed(shared?.['$defs'] as Record<string, JsonSchema> | undefined) };
    return mapNodes(all, tidy) as Record<string, JsonSchema>;
  }
}

function prefixed(definitions: Record<string, JsonSchema> = {}): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(definitions).map(([id, schema]) => [`Shared_${id}`, schema]));
}

function tidy({ $schema: _, $id: __, ...node }: Record<string, unknown>): Record<string, unknown> {
  const ref = node['$ref'];
  if (typeof ref !== 'string') return node;
  return { ...node, $ref: ref.replace(`${ROOT}${SHARED}#/$defs/`, `${ROOT}Shared_`) };
}
