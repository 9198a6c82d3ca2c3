import { AppError, type AgentMode, type LogEventDraft, type ThreadSummary, type UserKind } from '@holdfast/contracts';
import type { Database, Tx } from '@holdfast/database';
import { writeEvents } from '../log/write-events.js';
import type { Principal } from '../principal.js';
import type { Published } from '../published.js';
import { getThread } from './get-thread.js';

export interface NewThread {
  /** Made by the client, so that a retry finds the first one. */
  readonly threadId: string;
  readonly title: string;
  /** Absent = the tenant's first agent; null = none. */
  readonly agentId?: string | null | undefined;
  readonly agentMode?: AgentMode | undefined;
  /** Other people who take part from the start. */
  readonly memberIds?: readonly string[] | undefined;
}

export interface CreatedThread {
  readonly thread: ThreadSummary;
  /** False if an earlier call had created it; then there is nothing to publish. */
  readonly created: boolean;
  readonly published: Published;
  /** Everyone whose inbox has a new thread, the creator included. */
  readonly memberIds: readonly string[];
}

interface Participant {
  id: string;
  name: string;
  kind: UserKind;
}

const FIRST_AGENT = {
  name: 'agent_first',
  text: `select a.user_id as id from chat.agent a join chat.app_user u on u.id = a.user_id
         where u.tenant_id = $1 and u.erased_at is null order by u.created_at, u.id limit 1`,
};

const PARTICIPANTS = {
  name: 'participants_find',
  text: `select id, name, kind from chat.app_user
         where tenant_id = $1 and erased_at is null
           and ((kind <> 'agent' and id = any ($2::uuid[])) or (kind = 'agent' and id = $3))`,
};

const INSERT_THREAD = {
  name: 'thread_insert',
  text: `insert into chat.thread (id, tenant_id, title, agent_id, agent_mode, created_by, created_at, active_at)
         values ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp())
         on conflict (id) do nothing returning id`,
};

const INSERT_MEMBERS = {
  name: 'members_insert',
  text: `insert into chat.member (thread_id, user_id, role, joined_at)
         select $1, u.id, case when u.id = $3 then 'owner' else 'member' end, clock_timestamp()
         from unnest($2::uuid[]) as u (id)`,
};

const CREATOR = { name: 'thread_creator', text: 'select tenant_id, created_by from chat.thread where id = $1' };

async function participants(tx: Tx, principal: Principal, input: NewThread): Promise<Participant[]> {
  const { tenantId, userId } = principal;
  let { agentId } = input;
  if (agentId === undefined) agentId = (await tx.query<{ id: string }>(FIRST_AGENT, [tenantId]))[0]?.id ?? null;
  const wanted = [...new Set([userId, ...(input.memberIds ?? [])])];
  const found = await tx.query<Participant>(PARTICIPANTS, [tenantId, wanted, agentId]);
  const byId = new Map(found.map((user) => [user.id, user]));
  return [...wanted, ...(agentId === null ? [] : [agentId])].map((id) => {
    const user = byId.get(id);
    if (user === undefined) throw new AppError('not_found', 'No such user or agent.');
    return user;
  });
}

function joined({ id, name, kind }: Participant, ownerId: string): LogEventDraft {
  return { type: 'member.added', data: { userId: id, name, kind, role: id === ownerId ? 'owner' : 'member' } };
}

/**
 * Creates a thread with its members. Idempotent by `threadId`: a retry of the same creator gets the thread as it is now.
 * @throws AppError `conflict` if somebody else's thread has this id, `not_found` for an unknown member or agent
 */
export function createThread(db: Database, principal: Principal, input: NewThread): Promise<CreatedThread> {
  const { tenantId, userId } = principal;
  const { threadId, title, agentMode = 'auto' } = input;
  return db.transaction(async (tx) => {
    const users = await participants(tx, principal, input);
    const agentId = users.find(({ kind }) => kind === 'agent')?.id ?? null;
    const inserted = await tx.query(INSERT_THREAD, [threadId, tenantId, title, agentId, agentMode, userId]);
    const none: Published = { tenantId, threadId, memberVersion: 1, epoch: tx.epoch, events: [] };
    if (inserted.length === 0) {
      const [existing] = await tx.query<{ tenant_id: string; created_by: string | null }>(CREATOR, [threadId]);
      if (existing?.tenant_id !== tenantId || existing.created_by !== userId) {
        throw new AppError('conflict', 'The thread id is taken.');
      }
      return { thread: await getThread(tx, principal, threadId), created: false, published: none, memberIds: [] };
    }
    await tx.query(INSERT_MEMBERS, [threadId, users.map(({ id }) => id), userId]);
    const drafts = users.map((user) => ({ draft: joined(user, userId), senderId: userId }));
    const events = await writeEvents(tx, threadId, drafts);
    return {
      thread: await getThread(tx, principal, threadId),
      created: true,
      published: { ...none, events },
      memberIds: users.filter(({ kind }) => kind !== 'agent').map(({ id }) => id),
    };
  });
}
