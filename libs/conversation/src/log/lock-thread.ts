import { AppError, type AgentMode, type MemberRole } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';
import type { Principal } from '../principal.js';

/** A thread whose row this transaction has locked: nobody else writes to it, its members or its runs. */
export interface LockedThread {
  readonly id: string;
  readonly tenantId: string;
  readonly title: string;
  readonly head: number;
  readonly memberVersion: number;
  readonly agentId: string | null;
  readonly agentMode: AgentMode;
  readonly archived: boolean;
  readonly deleted: boolean;
}

interface Row {
  id: string;
  tenant_id: string;
  title: string;
  head: number;
  member_version: number;
  agent_id: string | null;
  agent_mode: AgentMode;
  archived: boolean;
  deleted: boolean;
}

const LOCK = {
  name: 'thread_lock',
  text: `select id, tenant_id, title, head, member_version, agent_id, agent_mode, archived_at is not null as archived,
                deleted_at is not null as deleted
         from chat.thread where id = $1 for no key update`,
};

export const MEMBER_ROLE = {
  name: 'member_role',
  text: 'select role from chat.member where thread_id = $1 and user_id = $2',
};

/** Locks a thread's row until the transaction ends; undefined if there is none. */
export async function lockThread(tx: Tx, threadId: string): Promise<LockedThread | undefined> {
  const [row] = await tx.query<Row>(LOCK, [threadId]);
  if (row === undefined) return undefined;
  const { tenant_id: tenantId, member_version: memberVersion, agent_id: agentId, agent_mode: agentMode, ...rest } = row;
  return { ...rest, tenantId, memberVersion, agentId, agentMode };
}

/**
 * Locks a thread in which the principal takes part. The membership is read after the lock, so that a removal that
 * committed meanwhile counts.
 * @throws AppError `not_found` for strangers and other tenants, `gone` for members of a deleted thread
 */
export async function lockThreadAsMember(
  tx: Tx,
  principal: Principal,
  threadId: string,
): Promise<LockedThread & { readonly role: MemberRole }> {
  const thread = await lockThread(tx, threadId);
  if (thread?.tenantId !== principal.tenantId) throw noSuchThread();
  const [member] = await tx.query<{ role: MemberRole }>(MEMBER_ROLE, [threadId, principal.userId]);
  if (member === undefined) throw noSuchThread();
  if (thread.deleted) throw new AppError('gone', 'The thread was deleted.');
  return { ...thread, role: member.role };
}

/** What strangers are told, whether the thread exists or not. */
export function noSuchThread(): AppError {
  return new AppError('not_found', 'No such thread.');
}
