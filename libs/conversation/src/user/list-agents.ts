import type { Agent } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { Principal } from '../principal.js';

const LIST = {
  name: 'agents_list',
  text: `select u.id, u.name, a.description from chat.agent a join chat.app_user u on u.id = a.user_id
         where u.tenant_id = $1 and u.erased_at is null order by u.created_at, u.id limit 200`,
};

/** The agents of the principal's tenant; the first one is the default of a new thread. */
export function listAgents(db: Database, principal: Principal): Promise<Agent[]> {
  return db.query<Agent>(LIST, [principal.tenantId]);
}
