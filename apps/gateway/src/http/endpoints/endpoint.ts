import type * as z from 'zod/mini';
import type { ErrorCode } from '@holdfast/contracts';

/** Who may call: `public` needs no token; `user` a token; `ops` the role `ops`, or loopback in development. */
export type Access = 'public' | 'user' | 'ops';

/** One endpoint of the REST API: route, validation, access and documentation derive from this declaration. */
export interface EndpointSchemas {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Route template, parameters written `:name`. */
  readonly path: string;
  readonly tag: 'auth' | 'threads' | 'members' | 'history' | 'people' | 'system' | 'slo';
  readonly summary: string;
  /** What a caller should know beyond the summary. */
  readonly description?: string;
  readonly access: Access;
  readonly params?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  readonly body?: z.ZodMiniType;
  readonly status: 200 | 201 | 204;
  /** Absent with status 204. */
  readonly reply?: z.ZodMiniType;
  /** Error codes of its own, besides those that every endpoint may answer. */
  readonly errors: readonly ErrorCode[];
}
