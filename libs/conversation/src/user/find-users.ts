import type { User } from '@holdfast/contracts';
import type { Database } from '@holdfast/database';
import type { Principal } from '../principal.js';

const FIND = {
  name: 'users_search',
  text: `select id, name, kind from chat.app_user
         where tenant_id = $1 and kind <> 'agent' and erased_at is null
           and ($2 = '' or strpos(lower(name), lower($2)) > 0)
         order by strpos(lower(name), lower($2)), lower(name), id
         limit $3`,
};

/** People of the principal's tenant whose name contains `q`, those that begin with it first. */
export function findUsers(
  db: Database,
  principal: Principal,
  { q, limit }: { readonly q: string; readonly limit: number },
): Promise<User[]> {
  return db.query<User>(FIND, [principal.tenantId, q, limit]);
}
