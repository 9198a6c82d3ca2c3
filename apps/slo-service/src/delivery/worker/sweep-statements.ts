import type { Statement } from '@holdfast/database';
import { IS_LEASED, UNSILENCED, WAS_TOLD } from '../outbox/row-conditions.js';

const HUSHED = `d.status = 'waiting' and d.action = 'trigger' and not ${UNSILENCED} and not ${IS_LEASED}`;

/** Keys with a trigger that waits, and has been silenced since it was written; nobody sends it. */
export const HUSHED_KEYS: Statement = {
  name: 'delivery_hushed_keys',
  text: `select distinct d.dedup_key from slo.delivery d where ${HUSHED} limit 100`,
};

export const HUSH: Statement = {
  name: 'delivery_hush',
  text: `update slo.delivery d set status = 'silenced' where d.dedup_key = $1 and ${HUSHED} returning d.target`,
};

/** The end of what nobody heard of. */
export const HUSH_ENDS: Statement = {
  name: 'delivery_hush_ends',
  text: `
update slo.delivery d set status = 'silenced'
 where d.dedup_key = $1 and d.status = 'waiting' and d.action = 'resolve' and d.attempts = 0
   and (select bool_or(${WAS_TOLD}) from slo.delivery t
         where t.target = d.target and t.dedup_key = d.dedup_key and t.action = 'trigger'
           and t.notice->>'incident' = d.notice->>'incident') is false
returning d.target`,
};

const IS_NEWEST = `
not exists (select from slo.delivery e where e.target = d.target and e.dedup_key = d.dedup_key and e.id > d.id)`;

const MUTED = `d.status = 'silenced' and d.action = 'trigger' and ${UNSILENCED} and ${IS_NEWEST}`;

/** Keys with a silenced trigger whose silence is over while the alert goes on. */
export const MUTED_KEYS: Statement = {
  name: 'delivery_muted_keys',
  text: `select distinct d.dedup_key from slo.delivery d where ${MUTED} limit 100`,
};

export const UNMUTE: Statement = {
  name: 'delivery_unmute',
  text: `
update slo.delivery d set status = 'waiting', created_at = now(), next_at = now(), at_once = false
 where d.dedup_key = $1 and ${MUTED}`,
};

/** $1 targets by which people hear, $2 the fallback, $3 how long a notice may wait, in ms, $4 how old it may be, in ms. */
const STRANDED = `
d.status in ('waiting', 'dead') and d.action = 'trigger' and d.severity = 'critical' and d.target = any($1::text[])
and (d.status = 'dead' or d.created_at < now() - make_interval(secs => $3::float8 / 1000))
and d.created_at > now() - make_interval(secs => $4::float8 / 1000)
and ${UNSILENCED}
and not exists (select from slo.delivery e
                 where e.target = d.target and e.dedup_key = d.dedup_key and e.action = 'resolve' and e.id > d.id)
and not exists (select from slo.delivery f
                 where f.target = $2 and f.dedup_key = d.dedup_key and f.notice = d.notice)`;

export const STRANDED_KEYS: Statement = {
  name: 'delivery_stranded_keys',
  text: `select distinct d.dedup_key from slo.delivery d where ${STRANDED} limit 100`,
};

export const TO_FALLBACK: Statement = {
  name: 'delivery_to_fallback',
  text: `
insert into slo.delivery (target, dedup_key, action, severity, notice, group_key)
select $2, dedup_key, 'trigger', severity, notice, group_key
  from (select distinct on (d.notice) d.* from slo.delivery d where ${STRANDED} and d.dedup_key = $5
         order by d.notice, d.id) as each
 order by id`,
};

/** What nobody here knows the target of, and nobody tried: it dies of age all the same. */
export const EXPIRE: Statement = {
  name: 'delivery_expire',
  text: `
update slo.delivery set status = 'dead', last_code = coalesce(last_code, 'expired')
 where status = 'waiting' and next_at < now() - interval '5 minutes'
   and created_at < now() - make_interval(secs => $1::float8 / 1000)`,
};

export const BACKLOG: Statement = {
  name: 'delivery_backlog',
  text: `
select count(*)::int as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
  from slo.delivery where status = 'waiting'`,
};
