import * as z from 'zod/mini';
import { safeText, Seq, Timestamp, Uuid, Offset } from '../primitives.js';
import { WireError } from '../protocol/codes.js';
import { CEILINGS } from '../protocol/limits.js';
import { MessageBody } from './body.js';
import { MemberRole, UserKind } from './thread.js';

/** Terminal states of a run; it reaches exactly one of them, once. */
export const RunOutcome = z.enum(['completed', 'failed', 'cancelled']);
export type RunOutcome = z.infer<typeof RunOutcome>;

const base = {
  seq: Seq,
  id: Uuid,
  threadId: Uuid,
  /** The user who caused it; null for the system. */
  senderId: z.nullable(Uuid),
  at: Timestamp,
  /** Version of `data`. */
  v: z.int(),
};

/** Payload schema of each log event type: the one declaration that database, gateway, worker and client derive from. */
export const LOG_EVENT_DATA = {
  'message.sent': z.object({
    /** The sender's idempotency key; null for an agent's message. */
    clientMessageId: z.nullable(Uuid),
    /** Null once deleted or erased. */
    body: z.nullable(MessageBody),
    /** The run that wrote it, for an agent's message. */
    runId: z.optional(Uuid),
    /** How that run ended: a failed or cancelled run keeps what people saw. */
    outcome: z.optional(RunOutcome),
  }),
  'message.edited': z.object({ messageId: Uuid, revision: z.int(), body: z.nullable(MessageBody) }),
  'message.deleted': z.object({ messageId: Uuid, reason: z.enum(['deleted', 'erased']) }),
  'member.added': z.object({ userId: Uuid, name: z.string(), kind: UserKind, role: MemberRole }),
  'member.removed': z.object({ userId: Uuid, reason: z.enum(['left', 'removed', 'erased']) }),
  'thread.renamed': z.object({ title: safeText(1, CEILINGS.titleUnits) }),
  'thread.archived': z.object({ archived: z.boolean() }),
  'run.started': z.object({ runId: Uuid, agentId: Uuid }),
  'run.ended': z.object({
    runId: Uuid,
    agentId: Uuid,
    outcome: RunOutcome,
    /** Length of the final text in offset units. */
    length: Offset,
    /** The message that keeps the text; null when there was none. */
    messageId: z.nullable(Uuid),
    error: z.nullable(WireError),
  }),
} as const;

export type LogEventType = keyof typeof LOG_EVENT_DATA;
export type LogEventData<T extends LogEventType> = z.infer<(typeof LOG_EVENT_DATA)[T]>;

function logEvent<T extends LogEventType>(type: T) {
  return z.object({ ...base, type: z.literal(type), data: LOG_EVENT_DATA[type] });
}

/** One entry of a thread's log. */
export const LogEvent = z.discriminatedUnion('type', [
  logEvent('message.sent'),
  logEvent('message.edited'),
  logEvent('message.deleted'),
  logEvent('member.added'),
  logEvent('member.removed'),
  logEvent('thread.renamed'),
  logEvent('thread.archived'),
  logEvent('run.started'),
  logEvent('run.ended'),
]);
export type LogEvent = z.infer<typeof LogEvent>;

/** An entry of the log narrowed by its type. */
export type LogEventOf<T extends LogEventType> = Extract<LogEvent, { type: T }>;

/** A payload together with its type, before the log numbers it. */
export type LogEventDraft = { [T in LogEventType]: { type: T; data: LogEventData<T> } }[LogEventType];
