import * as z from 'zod/mini';
import { Epoch, Offset, safeText, Seq, Timestamp, Uuid, type TraceId } from '../primitives.js';
import { LiveRun, RunFollow, RunRetryMode, RunStatus } from '../run/run.js';
import { SendBody } from '../thread/body.js';
import { LogEvent } from '../thread/log-event.js';
import { AgentMode, Member, ThreadSummary } from '../thread/thread.js';
import { SystemStatus } from '../system/system-status.js';
import { WireError } from './codes.js';
import { CEILINGS } from './limits.js';

const PageLimit = z.int().check(z.gte(1), z.lte(CEILINGS.eventsPerPage));

/** Where a client stands in one thread. `epoch` absent means that it holds nothing. */
export const ThreadCursor = z.object({ threadId: Uuid, afterSeq: Seq, epoch: z.optional(Epoch) });
export type ThreadCursor = z.infer<typeof ThreadCursor>;

/** Where a client stands in one run. */
export const RunCursor = z.object({ runId: Uuid, attempt: z.int().check(z.gte(0)), off: Offset });
export type RunCursor = z.infer<typeof RunCursor>;

const opened = {
  threadId: Uuid,
  epoch: Epoch,
  head: Seq,
  events: z.array(LogEvent),
  thread: ThreadSummary,
  members: z.array(Member),
  runs: z.array(LiveRun),
};

/**
 * Answer for one thread: `delta` = events after the cursor, `more` if another pull is needed; `reset` = drop the cache
 * and start from this last page; `denied` = not a member, or no such thread; `pending` = ask again.
 */
export const ThreadResume = z.discriminatedUnion('status', [
  z.object({ status: z.literal('delta'), ...opened, more: z.boolean() }),
  z.object({ status: z.literal('reset'), ...opened, hasOlder: z.boolean() }),
  z.object({ status: z.literal('denied'), threadId: Uuid }),
  z.object({ status: z.literal('pending'), threadId: Uuid, retryAfterMs: z.int() }),
]);
export type ThreadResume = z.infer<typeof ThreadResume>;

/** Outcome of one message of a `message.send`, in the order sent. */
export const SendResult = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    clientMessageId: Uuid,
    seq: Seq,
    eventId: Uuid,
    at: Timestamp,
    runId: z.optional(Uuid),
    duplicate: z.boolean(),
  }),
  z.object({ ok: z.literal(false), clientMessageId: Uuid, error: WireError }),
]);
export type SendResult = z.infer<typeof SendResult>;

const Appended = z.object({ seq: Seq, eventId: Uuid, at: Timestamp, duplicate: z.boolean() });

export const EventPage = z.object({
  threadId: Uuid,
  epoch: Epoch,
  head: Seq,
  events: z.array(LogEvent),
  more: z.boolean(),
});
export type EventPage = z.infer<typeof EventPage>;

interface CommandSchemas {
  readonly summary: string;
  readonly request: z.ZodMiniType;
  readonly reply: z.ZodMiniType;
}

/** Every command a client may send, with request and reply. The reply travels as `{ok: true, ...reply}`. */
export const COMMANDS = {
  'session.resume': {
    summary: 'Catch up with all threads and runs at once; opens each thread that is answered',
    request: z.object({
      threads: z.array(ThreadCursor).check(z.maxLength(CEILINGS.threadsPerResume)),
      runs: z.array(RunCursor).check(z.maxLength(CEILINGS.runsPerResume)),
    }),
    reply: z.object({ threads: z.array(ThreadResume), runs: z.array(RunFollow) }),
  },
  'session.renew': {
    summary: 'Extend a live socket with a fresh token of the same user',
    request: z.object({ token: z.string().check(z.minLength(1), z.maxLength(8_192)) }),
    reply: z.object({ expiresAt: Timestamp }),
  },
  'thread.create': {
    summary: 'Create a thread; the client makes the id, so that a retry finds the first one',
    request: z.object({
      threadId: Uuid,
      title: safeText(1, CEILINGS.titleUnits),
      agentId: z.optional(z.nullable(Uuid)),
      agentMode: z.optional(AgentMode),
      memberIds: z.optional(z.array(Uuid).check(z.maxLength(100))),
    }),
    reply: z.object({ thread: ThreadSummary }),
  },
  'thread.open': {
    summary: 'Join a thread and catch up with it',
    request: ThreadCursor,
    reply: z.object({ thread: ThreadResume }),
  },
  'thread.close': {
    summary: 'Leave the live updates of a thread',
    request: z.object({ threadId: Uuid }),
    reply: z.object({}),
  },
  'thread.history': {
    summary: 'The page of events before a seq, oldest first',
    request: z.object({ threadId: Uuid, beforeSeq: Seq, limit: PageLimit }),
    reply: EventPage,
  },
  'message.send': {
    summary: 'Append messages in order; each is answered after its commit',
    request: z.object({
      threadId: Uuid,
      messages: z
        .array(z.object({ clientMessageId: Uuid, body: SendBody }))
        .check(z.minLength(1), z.maxLength(CEILINGS.messagesPerSend)),
    }),
    reply: z.object({ results: z.array(SendResult) }),
  },
  'message.edit': {
    summary: 'Replace the body of an own message',
    request: z.object({
      threadId: Uuid,
      messageId: Uuid,
      commandId: Uuid,
      ifRevision: z.int().check(z.gte(0)),
      body: SendBody,
    }),
    reply: z.extend(Appended, { revision: z.int() }),
  },
  'message.delete': {
    summary: 'Blank an own message; its seq stays',
    request: z.object({ threadId: Uuid, messageId: Uuid, commandId: Uuid, ifRevision: z.int().check(z.gte(0)) }),
    reply: Appended,
  },
  'events.pull': {
    summary: 'The page of events after a seq, oldest first',
    request: z.object({ threadId: Uuid, afterSeq: Seq, limit: PageLimit }),
    reply: EventPage,
  },
  'run.follow': {
    summary: 'What a run has produced beyond what the client holds',
    request: RunCursor,
    reply: z.object({ run: RunFollow }),
  },
  'run.cancel': {
    summary: 'Stop a run; committed when answered, idempotent',
    request: z.object({ runId: Uuid }),
    reply: z.object({ status: RunStatus }),
  },
  'run.retry': {
    summary: 'Start a new run for the same question after one has ended',
    request: z.object({ runId: Uuid, mode: RunRetryMode, commandId: Uuid }),
    reply: z.object({ runId: Uuid, duplicate: z.boolean() }),
  },
  'read.mark': {
    summary: 'Raise the own read marker; a lower seq changes nothing',
    request: z.object({ threadId: Uuid, seq: Seq }),
    reply: z.object({ seq: Seq }),
  },
  'typing.set': {
    summary: 'Tell the others that one is typing; ends by itself',
    request: z.object({ threadId: Uuid, typing: z.boolean() }),
    reply: z.object({}),
  },
  'presence.get': {
    summary: 'Which members of a thread are connected',
    request: z.object({ threadId: Uuid }),
    reply: z.object({ online: z.array(Uuid) }),
  },
  'system.status': {
    summary: 'The running instances of this Holdfast',
    request: z.object({}),
    reply: SystemStatus,
  },
} as const satisfies Record<string, CommandSchemas>;

export type CommandName = keyof typeof COMMANDS;
export type CommandRequest<N extends CommandName> = z.infer<(typeof COMMANDS)[N]['request']>;
export type CommandReply<N extends CommandName> = z.infer<(typeof COMMANDS)[N]['reply']>;

/** What a command's acknowledgement carries. `traceId` names the command in the server's logs. */
export type CommandResult<N extends CommandName> = { traceId?: TraceId } & (
  ({ ok: true } & CommandReply<N>) | { ok: false; error: WireError }
);

/** Socket.IO typing of the client → server direction. */
export type ClientToServerEvents = {
  [N in CommandName]: (request: CommandRequest<N>, ack: (result: CommandResult<N>) => void) => void;
};
