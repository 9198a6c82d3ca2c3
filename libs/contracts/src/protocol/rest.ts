import * as z from 'zod/mini';
import { Epoch, lineText, safeText, Seq, Timestamp, Uuid } from '../primitives.js';
import { InstanceDetail } from '../system/system-status.js';
import { LogEvent } from '../thread/log-event.js';
import { Agent, AgentMode, Member, ThreadSummary, User } from '../thread/thread.js';
import { CEILINGS } from './limits.js';

const Cursor = z.string().check(z.maxLength(256), z.regex(/^[A-Za-z0-9_-]+$/, 'must be a cursor of an earlier page'));

/** Query values arrive as text. */
const limit = (max: number, fallback: number) =>
  z._default(z.pipe(z.coerce.number(), z.int().check(z.gte(1), z.lte(max))), fallback);
const seqParam = z.pipe(z.coerce.number(), Seq);

export const GuestRequest = z.object({ name: lineText(CEILINGS.nameUnits) });
export const GuestReply = z.object({ token: z.string(), expiresAt: Timestamp, user: User, tenant: z.string() });
export type GuestReply = z.infer<typeof GuestReply>;

export const ThreadListQuery = z.object({
  cursor: z.optional(Cursor),
  limit: limit(100, 50),
  archived: z._default(z.stringbool(), false),
});
export type ThreadListQuery = z.infer<typeof ThreadListQuery>;
export const ThreadPage = z.object({ threads: z.array(ThreadSummary), nextCursor: z.nullable(z.string()) });
export type ThreadPage = z.infer<typeof ThreadPage>;

export const ThreadCreate = z.object({
  threadId: z.optional(Uuid),
  title: safeText(1, CEILINGS.titleUnits),
  agentId: z.optional(z.nullable(Uuid)),
  agentMode: z.optional(AgentMode),
  memberIds: z.optional(z.array(Uuid).check(z.maxLength(100))),
});
export type ThreadCreate = z.infer<typeof ThreadCreate>;

export const ThreadPatch = z
  .object({
    title: z.optional(safeText(1, CEILINGS.titleUnits)),
    archived: z.optional(z.boolean()),
    agentId: z.optional(z.nullable(Uuid)),
    agentMode: z.optional(AgentMode),
  })
  .check(z.refine((patch) => Object.values(patch).some((v) => v !== undefined), 'must change at least one field'));
export type ThreadPatch = z.infer<typeof ThreadPatch>;

export const MemberAdd = z.object({ userId: Uuid });
export const MemberList = z.object({ members: z.array(Member) });

export const EventsQuery = z
  .object({
    afterSeq: z.optional(seqParam),
    beforeSeq: z.optional(seqParam),
    limit: limit(CEILINGS.eventsPerPage, 100),
  })
  .check(
    z.refine((q) => q.afterSeq === undefined || q.beforeSeq === undefined, 'give afterSeq or beforeSeq, not both'),
  );
export type EventsQuery = z.infer<typeof EventsQuery>;

/** A thread as a file: members and the whole log. */
export const ThreadExport = z.object({
  format: z.literal('holdfast.thread.v1'),
  exportedAt: Timestamp,
  epoch: Epoch,
  thread: ThreadSummary,
  members: z.array(Member),
  events: z.array(LogEvent),
});
export type ThreadExport = z.infer<typeof ThreadExport>;

export const UserQuery = z.object({ q: z._default(safeText(0, CEILINGS.nameUnits), ''), limit: limit(50, 20) });
export const UserList = z.object({ users: z.array(User) });
export const AgentList = z.object({ agents: z.array(Agent) });

export const SearchQuery = z.object({ q: safeText(1, 200), cursor: z.optional(Cursor), limit: limit(50, 20) });
export type SearchQuery = z.infer<typeof SearchQuery>;
export const SearchHit = z.object({
  threadId: Uuid,
  threadTitle: z.string(),
  messageId: Uuid,
  seq: Seq,
  senderId: z.nullable(Uuid),
  /** Plain text around the match, up to 300 UTF-16 units. */
  excerpt: z.string(),
  at: Timestamp,
});
export type SearchHit = z.infer<typeof SearchHit>;
export const SearchPage = z.object({ hits: z.array(SearchHit), nextCursor: z.nullable(z.string()) });
export type SearchPage = z.infer<typeof SearchPage>;

export const EraseReply = z.object({ userId: Uuid, erasedMessages: z.int() });

/** The caller, as the token tells it. */
export const MeReply = z.object({ user: User, tenant: z.string(), roles: z.array(z.string()), expiresAt: Timestamp });
export type MeReply = z.infer<typeof MeReply>;

export const ThreadReply = z.object({ thread: ThreadSummary });
export type ThreadReply = z.infer<typeof ThreadReply>;

/** The running instances; `registry` is `unavailable` while Redis does not answer. */
export const InstanceList = z.object({
  at: Timestamp,
  registry: z.enum(['available', 'unavailable']),
  instances: z.array(InstanceDetail),
  /** Instances that stopped without a word and whose connections nobody has cleaned up yet. */
  stale: z.array(z.string()),
  /** (largest - mean) / mean of the sockets of the ready gateways; null if there is none. */
  spread: z.nullable(z.number()),
});
export type InstanceList = z.infer<typeof InstanceList>;
