import type * as z from 'zod/mini';
import { ACCOUNT_ENDPOINTS } from './account.endpoints.js';
import { DIRECTORY_ENDPOINTS } from './directory.endpoints.js';
import type { EndpointSchemas } from './endpoint.js';
import { SLO_ENDPOINTS } from './slo.endpoints.js';
import { THREAD_ENDPOINTS } from './thread.endpoints.js';

/** Every endpoint of the REST API. Each has exactly one handler: boot fails otherwise. */
export const ENDPOINTS = {
  ...ACCOUNT_ENDPOINTS,
  ...THREAD_ENDPOINTS,
  ...DIRECTORY_ENDPOINTS,
  ...SLO_ENDPOINTS,
} as const;

export type EndpointName = keyof typeof ENDPOINTS;

type Parsed<S, K extends string> =
  S extends Readonly<Record<K, infer Z extends z.ZodMiniType>> ? z.infer<Z> : undefined;

/** What a handler receives after validation. */
export interface EndpointInput<N extends EndpointName> {
  readonly params: Parsed<(typeof ENDPOINTS)[N], 'params'>;
  readonly query: Parsed<(typeof ENDPOINTS)[N], 'query'>;
  readonly body: Parsed<(typeof ENDPOINTS)[N], 'body'>;
}

/** The declaration of an endpoint, in its general shape. */
export function endpoint(name: EndpointName): EndpointSchemas {
  return ENDPOINTS[name];
}
