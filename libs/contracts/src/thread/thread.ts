import * as z from 'zod/mini';
import { Seq, Timestamp, Uuid } from '../primitives.js';

export const UserKind = z.enum(['human', 'guest', 'agent']);
export type UserKind = z.infer<typeof UserKind>;

export const MemberRole = z.enum(['owner', 'member']);
export type MemberRole = z.infer<typeof MemberRole>;

/**
 * When the thread's agent answers: `auto` = `every` while one human is a member, else `mention`; `every` message;
 * on `mention` of its name (`@name`); `off`.
 */
export const AgentMode = z.enum(['auto', 'every', 'mention', 'off']);
export type AgentMode = z.infer<typeof AgentMode>;

export const User = z.object({ id: Uuid, name: z.string(), kind: UserKind });
export type User = z.infer<typeof User>;

export const Member = z.object({
  userId: Uuid,
  name: z.string(),
  kind: UserKind,
  role: MemberRole,
  joinedAt: Timestamp,
});
export type Member = z.infer<typeof Member>;

/** An agent as clients see it; how it is reached is configuration of the worker. */
export const Agent = z.object({ id: Uuid, name: z.string(), description: z.string() });
export type Agent = z.infer<typeof Agent>;

/** A thread as one member sees it. */
export const ThreadSummary = z.object({
  id: Uuid,
  title: z.string(),
  agentId: z.nullable(Uuid),
  agentMode: AgentMode,
  role: MemberRole,
  head: Seq,
  /** Derived: messages of others above the reader's marker. */
  unread: z.int(),
  /** The reader's own marker. */
  readSeq: Seq,
  /** Start of the newest message that still has text, up to 200 UTF-16 units. */
  lastMessage: z.nullable(z.object({ seq: Seq, senderId: z.nullable(Uuid), text: z.string(), at: Timestamp })),
  archived: z.boolean(),
  /** A run that is queued or running. */
  activeRunId: z.nullable(Uuid),
  createdAt: Timestamp,
  /** Time of the newest event. */
  activeAt: Timestamp,
});
export type ThreadSummary = z.infer<typeof ThreadSummary>;
