import type { Statement } from '@holdfast/database';
import { IS_LEASED, MAY_SPEAK, UNSILENCED } from '../outbox/row-conditions.js';
import { DELIVERY_ROW } from './delivery-store.js';

const GROUP = `coalesce(d.group_key, d.dedup_key)`;

/** $1 target, $2 group. */
const IN_GROUP = `d.target = $1 and ${GROUP} = $2`;

const IS_URGENT = `(d.action = 'trigger' and d.severity = 'critical')`;

/** What a message tells of first. */
const WORST_FIRST = `${IS_URGENT} desc, d.id`;

/**
 * Groups that are due, of target $1; $3 pause between two messages of a group, in ms. While something of a group is being
 * sent, it takes no other turn. What is critical, or was left out of the last message, goes when its own time has come; the
 * rest waits for the pause, and for whatever of the group failed and waits for its next try.
 */
const dueOf = (which: string): string => `
select w."group", w.first
  from (select ${GROUP} as "group", min(d.next_at) as first,
               bool_or(${IS_LEASED}) as is_leased,
               bool_or(d.next_at <= clock_timestamp()) as is_due,
               bool_or(d.next_at <= clock_timestamp() and (d.at_once or ${IS_URGENT})) as is_due_at_once,
               bool_or(d.attempts > 0 and d.next_at > clock_timestamp()) as is_failing
          from slo.delivery d
         where d.target = $1 and d.status = 'waiting' and (${MAY_SPEAK} or ${IS_LEASED}) and ${which}
         group by 1) as w
 where not w.is_leased
   and (w.is_due_at_once
        or w.is_due and not w.is_failing
           and not exists (select from slo.delivery d
                            where d.target = $1 and ${GROUP} = w."group"
                              and d.delivered_at > now() - make_interval(secs => $3::float8 / 1000)))`;

/** $2 how many. */
export const DUE_GROUPS: Statement = {
  name: 'delivery_due_groups',
  text: `select due."group" from (${dueOf('true')}) as due order by due.first limit $2`,
};

/**
 * What the next message of the group is about, whether due or not: all that waits, but for an end that has to follow
 * something of its key, and for what has to follow an end. Of one key the newest says it all. What was refused in company
 * goes alone. $4 lease in ms, $5 how many keys. The caller is the only one that claims of the group.
 */
export const CLAIM_GROUP: Statement = {
  name: 'delivery_claim_group',
  text: `
with candidate as (
  select d.id, d.dedup_key, d.alone, ${IS_URGENT} as is_urgent from slo.delivery d
   where ${IN_GROUP} and d.status = 'waiting' and ${MAY_SPEAK}
     and exists (${dueOf(`${GROUP} = $2`)})
     and not exists (select from slo.delivery e
                      where e.target = d.target and e.dedup_key = d.dedup_key and e.status = 'waiting' and e.id < d.id
                        and 'resolve' in (e.action, d.action))),
key as (
  select dedup_key, bool_or(alone) as alone,
         row_number() over (order by bool_or(is_urgent) desc, min(id)) as n
    from candidate group by dedup_key),
chosen as (
  select k.dedup_key from key k, key first
   where first.n = 1 and case when first.alone then k.n = 1 else not k.alone end
   order by k.n limit $5),
taken as (select c.id from candidate c join chosen using (dedup_key)),
rest as (
  update slo.delivery d set at_once = true
   where ${IN_GROUP} and d.status = 'waiting' and not d.at_once and exists (select from taken)
     and d.id not in (select id from taken))
update slo.delivery d
   set attempts = d.attempts + 1, sending = true,
       next_at = clock_timestamp() + make_interval(secs => $4::float8 / 1000)
  from taken
 where d.id = taken.id and d.status = 'waiting'
returning ${DELIVERY_ROW}, d.alone`,
};

/** Puts off what was left out of a message that failed; what came later has a try of its own. $3 for how long, in ms. */
export const HOLD_LEFT_OUT: Statement = {
  name: 'delivery_hold_left_out',
  text: `
update slo.delivery d
   set next_at = greatest(d.next_at, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
 where ${IN_GROUP} and d.status = 'waiting' and d.at_once and not ${IS_LEASED}`,
};

/** Of a message that was refused, each goes alone: $1 ids, $2 numbers of their tries, $3 the refusal. */
export const SPLIT: Statement = {
  name: 'delivery_split',
  text: `
update slo.delivery d
   set alone = true, at_once = true, sending = false, last_code = $3, next_at = clock_timestamp()
  from unnest($1::bigint[], $2::int[]) as c (id, attempt)
 where d.id = c.id and d.attempts = c.attempt and d.status = 'waiting'
returning d.id`,
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
select distinct ${GROUP} as "group" from slo.delivery d
 where d.target = $1 and d.next_at <= clock_timestamp() and ${FIRES}
   and not exists (select from slo.delivery w
                    where w.target = d.target and coalesce(w.group_key, w.dedup_key) = ${GROUP} and w.status = 'waiting')
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
