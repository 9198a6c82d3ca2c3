import * as z from 'zod/mini';

interface CodePolicy {
  /** What it tells the caller. */
  readonly meaning: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** HTTP status at the REST edge. */
  readonly http: number;
}

/**
 * Every error code of the wire, in one table. Code and `retryable` are protocol: clients decide by them, never by the
 * message.
 */
export const ERROR_CODES = {
  invalid: { meaning: 'the request breaks a rule; the message names field and rule', retryable: false, http: 400 },
  unknown_command: { meaning: 'no such command in this protocol version', retryable: false, http: 404 },
  unauthenticated: { meaning: 'the token is missing, forged or expired', retryable: false, http: 401 },
  forbidden: { meaning: 'the caller may not do this', retryable: false, http: 403 },
  not_found: { meaning: 'it does not exist, or the caller may not know that it does', retryable: false, http: 404 },
  gone: { meaning: 'it was deleted', retryable: false, http: 410 },
  conflict: {
    meaning: 'the id was used with other content, or the revision moved on',
    retryable: false,
    http: 409,
  },
  too_large: { meaning: 'a size limit was exceeded', retryable: false, http: 413 },
  limit_exceeded: { meaning: 'a count limit was exceeded, such as open threads', retryable: false, http: 422 },
  rate_limited: { meaning: 'too many requests; wait retryAfterMs', retryable: true, http: 429 },
  busy: { meaning: 'the thread is busy; retry', retryable: true, http: 503 },
  unavailable: {
    meaning: 'a dependency does not answer; the outcome may be unknown, a retry with the same id is safe',
    retryable: true,
    http: 503,
  },
  draining: { meaning: 'this instance is going away; reconnect and retry', retryable: true, http: 503 },
  timeout: { meaning: 'no result within the time limit', retryable: true, http: 504 },
  blocked: { meaning: 'an earlier message of the same sender has to be retried first', retryable: true, http: 409 },
  unsupported_protocol: { meaning: 'the server does not speak this protocol version', retryable: false, http: 426 },
  agent_failed: { meaning: 'the agent ended with an error', retryable: true, http: 502 },
  agent_unavailable: { meaning: "the agent's provider is down or refuses", retryable: true, http: 502 },
  agent_timeout: { meaning: 'the agent did not finish in time', retryable: true, http: 504 },
  budget_exceeded: { meaning: 'the token budget is used up', retryable: false, http: 402 },
  internal: { meaning: 'an unexpected fault; it was logged', retryable: true, http: 500 },
} as const satisfies Record<string, CodePolicy>;

export type ErrorCode = keyof typeof ERROR_CODES;

export const ErrorCode = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

/** The error shape of every edge. `message` is for people and logs, never for decisions. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.optional(z.int().check(z.gte(0))),
});
export type WireError = z.infer<typeof WireError>;

/**
 * Why the server ended a socket, carried in the `session.closing` event that precedes the close and, for a refused
 * handshake, in `connect_error.data`.
 */
export const CLOSE_CODES = {
  token_expired: { meaning: 'the token ended and was not renewed', mayReconnect: true },
  unauthenticated: { meaning: 'the handshake token is missing, forged or expired', mayReconnect: false },
  unsupported_protocol: { meaning: 'the client is too old or too new', mayReconnect: false },
  rate_limited: { meaning: 'too many handshakes from this address', mayReconnect: true },
  capacity: { meaning: 'this instance is full', mayReconnect: true },
  draining: { meaning: 'this instance is going away', mayReconnect: true },
  slow_consumer: { meaning: 'the client did not read fast enough; resume', mayReconnect: true },
  unavailable: { meaning: 'a dependency does not answer', mayReconnect: true },
  erased: { meaning: 'the user was erased', mayReconnect: false },
} as const satisfies Record<string, { meaning: string; mayReconnect: boolean }>;

export type CloseCode = keyof typeof CLOSE_CODES;

export const CloseCode = z.enum(Object.keys(CLOSE_CODES) as [CloseCode, ...CloseCode[]]);
