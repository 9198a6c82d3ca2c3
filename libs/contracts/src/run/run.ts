import * as z from 'zod/mini';
import { Offset, Timestamp, Uuid } from '../primitives.js';
import { Part } from '../thread/body.js';
import { RunOutcome } from '../thread/log-event.js';

export const RunStatus = z.enum(['queued', 'running', ...RunOutcome.options]);
export type RunStatus = z.infer<typeof RunStatus>;

/**
 * How a retry starts: `regenerate` from nothing, `continue` from the text that the ended run left. A `continue` whose
 * agent cannot continue restarts, marked as a reset.
 */
export const RunRetryMode = z.enum(['regenerate', 'continue']);
export type RunRetryMode = z.infer<typeof RunRetryMode>;

/**
 * A run that has not ended, with what it has committed so far; without its beginning (`off` > 0) where that would be too
 * much for one answer: `run.follow` gives it.
 */
export const LiveRun = z.object({
  runId: Uuid,
  threadId: Uuid,
  agentId: Uuid,
  status: z.enum(['queued', 'running']),
  attempt: z.int().check(z.gte(0)),
  /** Offset of the first of `parts`. */
  off: Offset,
  parts: z.array(Part),
  startedAt: z.nullable(Timestamp),
});
export type LiveRun = z.infer<typeof LiveRun>;

/**
 * Answer about one run to a client that holds text of `(attempt, off)`: `tail` continues that text, `snapshot` replaces
 * it, `ended` tells that the log holds the result, `pending` that it could not be read now: ask again.
 */
export const RunFollow = z.discriminatedUnion('status', [
  z.object({ status: z.literal('tail'), runId: Uuid, attempt: z.int(), off: Offset, parts: z.array(Part) }),
  z.object({ status: z.literal('snapshot'), runId: Uuid, attempt: z.int(), off: z.literal(0), parts: z.array(Part) }),
  z.object({ status: z.literal('ended'), runId: Uuid, attempt: z.int(), length: Offset, outcome: RunOutcome }),
  z.object({ status: z.literal('denied'), runId: Uuid }),
  z.object({ status: z.literal('pending'), runId: Uuid, retryAfterMs: z.int() }),
]);
export type RunFollow = z.infer<typeof RunFollow>;
