import type * as z from 'zod/mini';
import { AppError } from '@holdfast/contracts';
import { describeIssues } from '../../validation/describe-issues.js';
import { endpoint, type EndpointInput, type EndpointName } from './endpoints.js';

/** The untrusted halves of a request. */
export interface RawInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

function parse(schema: z.ZodMiniType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('invalid', describeIssues(result.error.issues));
}

/**
 * The validated input of an endpoint; fields that no schema names are dropped.
 * @throws AppError `invalid` that names field and rule.
 */
export function parseInput<N extends EndpointName>(name: N, raw: RawInput): EndpointInput<N> {
  const { params, query, body } = endpoint(name);
  return {
    params: parse(params, raw.params),
    query: parse(query, raw.query),
    body: parse(body, raw.body),
  } as EndpointInput<N>;
}
