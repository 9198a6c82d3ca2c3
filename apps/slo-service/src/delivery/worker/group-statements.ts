import type { Statement } from '@holdfast/database';
import { DELIVERY_ROW } from './delivery-store.js';
import { UNSILENCED } from './sweep-statements.js';

/** $1 target, $2 group. */
const IN_GROUP = `d.target = $1 and coalesce(d.group_key, d.dedup_key) = $2`;

/** What a message tells of first. */
const WORST_FIRST = `(d.action = 'trigger' and d.severity = 'critical') desc, d.id`;

/** A group of which something is being sent, or failed and waits for its next try, takes no other turn. */
const IS_DUE = `
bool_or(d.next_at <= clock_timestamp()) and not bool_or(d.attempts > 0 and d.next_at > clock_timestamp())`;

/** Groups that are due: $1 target, $2 how many. */
export const DUE_GROUPS: Statement = {
  name: 'delivery_due_groups',
  text: `
select coalesce(d.group_key, d.dedup_key) as "group" from slo.delivery d
 where d.target = $1 and d.status = 'waiting'
 group by 1 having ${IS_DUE}
 order by min(d.next_at) limit $2`,
};

/**
 * The oldest that waits of each key, whether due or not: they go in the message of what is due. $3 lease in ms, $4 how
 * many. The caller is the only one that claims of the group.
 */
export const CLAIM_GROUP: Statement = {
  name: 'delivery_claim_group',
  text: `
with due as (
  select d.id from slo.delivery d
   where ${IN_GROUP} and d.status = 'waiting'
     and (select ${IS_DUE} from slo.delivery d where ${IN_GROUP} and d.status = 'waiting')
     and not exists (select from slo.delivery e
                      where e.target = d.target and e.dedup_key = d.dedup_key and e.status = 'waiting' and e.id < d.id)
   order by ${WORST_FIRST}
   limit $4
   for update)
update slo.delivery d
   set attempts = d.attempts + 1, next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
  from due
 where d.id = due.id
returning ${DELIVERY_ROW}`,
};

/** Told of, not over, not silenced, and of an SLO that is still judged by. */
const FIRES = `
d.status = 'delivered' and d.action = 'trigger' and ${UNSILENCED}
and not exists (select from slo.delivery e
                 where e.target = d.target and e.dedup_key = d.dedup_key and e.id > d.id
                   and (e.status = 'delivered' or e.action = 'resolve'))
and not coalesce((select f.is_deleted from slo.definition f
                   where f.id = d.notice->>'slo' order by f.revision desc limit 1), false)`;

/** The alerts of the group that fire besides those with the keys $3. */
export const FIRING_OTHERS: Statement = {
  name: 'delivery_firing_others',
  text: `
select ${DELIVERY_ROW} from slo.delivery d
 where ${IN_GROUP} and ${FIRES} and d.dedup_key <> all($3::text[])
 order by ${WORST_FIRST}`,
};

/** Groups of which nobody heard for long; one of which something waits is told of by that. $1 target, $2 how many. */
export const DUE_REPEATS: Statement = {
  name: 'delivery_due_repeats',
  text: `
select distinct coalesce(d.group_key, d.dedup_key) as "group" from slo.delivery d
 where d.target = $1 and d.next_at <= clock_timestamp() and ${FIRES}
   and not exists (select from slo.delivery w
                    where w.target = d.target and coalesce(w.group_key, w.dedup_key) = coalesce(d.group_key, d.dedup_key)
                      and w.status = 'waiting')
 limit $2`,
};

/** All that fires in the group, if some of it is due; $3 lease in ms. */
export const CLAIM_REPEAT: Statement = {
  name: 'delivery_claim_repeat',
  text: `
with due as (
  select d.id from slo.delivery d
   where ${IN_GROUP} and ${FIRES}
     and exists (select from slo.delivery d where ${IN_GROUP} and ${FIRES} and d.next_at <= clock_timestamp()))
update slo.delivery d set next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
  from due
 where d.id = due.id
returning ${DELIVERY_ROW}`,
};

/** What was told of along with something else is not due for long. $1 ids, $2 the time in ms. */
export const REPEAT_LATER: Statement = {
  name: 'delivery_repeat_later',
  text: `
update slo.delivery set next_at = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
 where id = any($1::bigint[]) and status = 'delivered'`,
};
