import type { Statement } from '@holdfast/database';

/** One evaluator per SLO at a time; the version in the row is the second fence. */
export const LOCK: Statement = {
  name: 'slo_state_lock',
  text: `
select slo, pg_try_advisory_xact_lock(hashtext('slo-evaluate'), hashtext(slo)) as "isLocked",
       extract(epoch from now())::float8 * 1000 as now
  from unnest($1::text[]) slo`,
};

export const STATES: Statement = {
  name: 'slo_state_read',
  text: `
select slo, version::float8 as version, extract(epoch from as_of)::float8 * 1000 as "asOf", alerts
  from slo.state where slo = any($1::text[])`,
};

/** Epochs of the SLOs as lists: what an epoch measures is counted for each of them. */
export const EPOCHS: Statement = {
  name: 'slo_epochs',
  text: `
select k.slo,
       '[[' || string_agg((extract(epoch from e.first_at)::float8 * 1000)::text, ',') || '],['
            || string_agg((extract(epoch from e.last_at)::float8 * 1000)::text, ',') || '],['
            || string_agg(e.max_seq::text, ',') || '],['
            || string_agg(coalesce(e.final_seq::text, 'null'), ',') || ']]' as epochs
  from slo.epoch e cross join lateral unnest(e.slos) s(slo)
  join unnest($1::text[], $2::timestamptz[]) k(slo, since) on k.slo = s.slo and e.last_at >= k.since
 where e.last_at >= $3
 group by k.slo`,
};

export const CORRECTIONS: Statement = {
  name: 'slo_corrections_of',
  text: `
select c.slo, extract(epoch from c.starts_at)::float8 * 1000 as "from", extract(epoch from c.ends_at)::float8 * 1000 as "to"
  from unnest($1::text[], $2::timestamptz[]) k(slo, since)
  join slo.correction c on c.slo = k.slo and c.ends_at >= k.since`,
};

/** `version` is the one that follows what was read. A replica may judge by a definition that was removed moments ago. */
export const SAVE: Statement = {
  name: 'slo_state_save',
  text: `
insert into slo.state as s (slo, version, as_of, alerts, status)
select slo, version, $2, alerts, status
  from jsonb_to_recordset($1::jsonb) as r(slo text, version bigint, alerts jsonb, status jsonb)
 where not coalesce((select d.is_deleted from slo.definition d where d.id = r.slo order by d.revision desc limit 1), false)
on conflict (slo) do update set version = excluded.version, as_of = excluded.as_of, alerts = excluded.alerts,
  status = excluded.status where s.version = excluded.version - 1
returning slo`,
};

export const EVENT: Statement = {
  name: 'slo_alert_event',
  text: `
insert into slo.alert_event (slo, kind, incident, transition, severity, at, detail)
values ($1, $2, $3, $4, $5, $6, jsonb_build_object('rules', $7::jsonb))`,
};
