import * as z from 'zod/mini';
import { DurationMs, Epoch, Offset, Seq, Timestamp, Uuid } from '../primitives.js';
import { Part } from '../thread/body.js';
import { LogEvent, RunOutcome } from '../thread/log-event.js';
import { User } from '../thread/thread.js';
import { CloseCode } from './codes.js';
import { SessionLimits } from './limits.js';

/** Every event the server emits to clients. */
export const SERVER_EVENTS = {
  'session.ready': z.object({
    protocol: z.int(),
    minProtocol: z.int(),
    /** Version of the server's build. */
    version: z.string(),
    instanceId: z.string(),
    epoch: Epoch,
    user: User,
    tenant: z.string(),
    serverTime: Timestamp,
    expiresAt: Timestamp,
    limits: SessionLimits,
  }),
  /** 60 s before the token ends: renew with `session.renew`. */
  'session.expiring': z.object({ expiresAt: Timestamp }),
  /** The last word before the server ends the socket. */
  'session.closing': z.object({ code: CloseCode, mayReconnect: z.boolean() }),
  /** Log entries of one thread, contiguous and in order. */
  'events.appended': z.object({ threadId: Uuid, epoch: Epoch, events: z.array(LogEvent) }),
  /** Heads of threads that moved: a client that is behind pulls. */
  'thread.heads': z.object({ epoch: Epoch, heads: z.record(z.string(), Seq) }),
  /** The reader lost membership, or the thread was deleted. */
  'thread.closed': z.object({ threadId: Uuid, reason: z.enum(['removed', 'deleted']) }),
  /** A new attempt begins; of what was seen, the first `base` units stay. */
  'run.attempt': z.object({ threadId: Uuid, runId: Uuid, agentId: Uuid, attempt: z.int(), base: Offset }),
  /** Committed output at offset `off` of this attempt. */
  'run.chunk': z.object({ threadId: Uuid, runId: Uuid, attempt: z.int(), off: Offset, parts: z.array(Part) }),
  /** All output so far: replaces what the client holds. */
  'run.snapshot': z.object({ threadId: Uuid, runId: Uuid, attempt: z.int(), off: z.literal(0), parts: z.array(Part) }),
  /** The run ended; its message is in the log. */
  'run.ended': z.object({ threadId: Uuid, runId: Uuid, attempt: z.int(), length: Offset, outcome: RunOutcome }),
  'typing.changed': z.object({ threadId: Uuid, userId: Uuid, typing: z.boolean(), expiresInMs: DurationMs }),
  'presence.changed': z.object({ userId: Uuid, online: z.boolean() }),
  'read.marked': z.object({ threadId: Uuid, userId: Uuid, seq: Seq }),
  /** Something changed in threads that this connection may not have open. */
  'inbox.updated': z.object({
    threads: z.array(z.object({ threadId: Uuid, head: Seq, reason: z.enum(['activity', 'added', 'removed', 'read']) })),
  }),
  /** This instance is going away: open a new connection after `reconnectAfterMs`. */
  'server.draining': z.object({ reconnectAfterMs: DurationMs, deadlineMs: DurationMs, reason: z.string() }),
  'server.degraded': z.object({ degraded: z.boolean(), affected: z.array(z.enum(['database', 'redis', 'agents'])) }),
} as const satisfies Record<string, z.ZodMiniType>;

export type ServerEventName = keyof typeof SERVER_EVENTS;
export type ServerEvent<N extends ServerEventName> = z.infer<(typeof SERVER_EVENTS)[N]>;

/** Socket.IO typing of the server → client direction. */
export type ServerToClientEvents = { [N in ServerEventName]: (event: ServerEvent<N>) => void };
