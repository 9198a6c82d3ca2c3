import { AppError, type MemberRole } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import { noSuchThread } from '../log/lock-thread.js';
import type { Principal } from '../principal.js';

/** What membership allows, and where the thread stands. */
export interface Membership {
  readonly threadId: string;
  readonly role: MemberRole;
  readonly head: number;
  readonly memberVersion: number;
}

interface Row {
  role: MemberRole;
  head: number;
  member_version: number;
  deleted: boolean;
}

const AUTHORIZE = {
  name: 'member_authorize',
  text: `select m.role, t.head, t.member_version, t.deleted_at is not null as deleted
         from chat.thread t join chat.member m on m.thread_id = t.id and m.user_id = $3
         where t.id = $1 and t.tenant_id = $2`,
};

/**
 * Proves that the principal takes part in a thread.
 * @throws AppError `not_found` for strangers and other tenants, `gone` for a deleted thread
 */
export async function authorizeMember(db: Database, principal: Principal, threadId: string): Promise<Membership> {
  const [row] = await db.query<Row>(AUTHORIZE, [threadId, principal.tenantId, principal.userId]);
  if (row === undefined) throw noSuchThread();
  if (row.deleted) throw new AppError('gone', 'The thread was deleted.');
  return { threadId, role: row.role, head: row.head, memberVersion: row.member_version };
}
