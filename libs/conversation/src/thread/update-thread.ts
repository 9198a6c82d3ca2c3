import { AppError, type AgentMode, type ThreadSummary } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { lockThreadAsMember, type LockedThread } from '../log/lock-thread.js';
import { writeEvents, type EventDraft } from '../log/write-events.js';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { join, leave, type Joining } from './change-members.js';
import { getThread } from './get-thread.js';

/** What to change; absent = leave as it is. */
export interface ThreadChange {
  readonly title?: string | undefined;
  readonly archived?: boolean | undefined;
  /** Null = no agent. */
  readonly agentId?: string | null | undefined;
  readonly agentMode?: AgentMode | undefined;
}

export interface UpdatedThread {
  readonly thread: ThreadSummary;
  readonly published: Published;
}

const UPDATE = {
  name: 'thread_update',
  text: `update chat.thread
         set title = $2, agent_id = $3, agent_mode = $4,
             archived_at = case when $5 then coalesce(archived_at, clock_timestamp()) end
         where id = $1`,
};

const AGENT = {
  name: 'agent_find',
  text: `select u.id, u.name, u.kind from chat.agent a join chat.app_user u on u.id = a.user_id
         where u.id = $1 and u.tenant_id = $2 and u.erased_at is null`,
};

/** Exchanges the agent among the members; the events to write. */
async function changeAgent(
  tx: Tx,
  principal: Principal,
  thread: LockedThread,
  agentId: string | null,
): Promise<EventDraft[]> {
  const senderId = principal.userId;
  const events: (EventDraft | undefined)[] = [];
  if (agentId !== null) {
    const [agent] = await tx.query<Joining>(AGENT, [agentId, principal.tenantId]);
    if (agent === undefined) throw new AppError('not_found', 'No such agent.');
    events.push(await join(tx, thread, agent, senderId));
  }
  if (thread.agentId !== null) events.unshift(await leave(tx, thread, thread.agentId, { senderId, reason: 'removed' }));
  return events.filter((event) => event !== undefined);
}

/**
 * Renames or archives a thread, or exchanges its agent; any member may. What is as asked for already changes nothing.
 * Queued runs stay with the agent they were queued for.
 * @throws AppError `not_found` for strangers, and for an agent of another tenant
 */
export function updateThread(
  db: Database,
  principal: Principal,
  { threadId, change }: { readonly threadId: string; readonly change: ThreadChange },
): Promise<UpdatedThread> {
  return db.transaction(async (tx) => {
    const thread = await lockThreadAsMember(tx, principal, threadId);
    const { title = thread.title, archived = thread.archived, agentMode = thread.agentMode } = change;
    const agentId = change.agentId === undefined ? thread.agentId : change.agentId;
    const senderId = principal.userId;
    const drafts: EventDraft[] = [];
    if (title !== thread.title) drafts.push({ senderId, draft: { type: 'thread.renamed', data: { title } } });
    if (archived !== thread.archived) drafts.push({ senderId, draft: { type: 'thread.archived', data: { archived } } });
    const exchanged = agentId === thread.agentId ? [] : await changeAgent(tx, principal, thread, agentId);
    await tx.query(UPDATE, [threadId, title, agentId, agentMode, archived]);
    const events = await writeEvents(tx, threadId, [...drafts, ...exchanged]);
    const published = {
      tenantId: thread.tenantId,
      threadId,
      memberVersion: thread.memberVersion,
      epoch: tx.epoch,
      events,
    };
    return { thread: await getThread(tx, principal, threadId), published };
  });
}
