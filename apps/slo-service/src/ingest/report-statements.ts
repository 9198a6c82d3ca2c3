import type { Statement } from '@holdfast/database';

/** Merges what is known of an epoch, and locks it: reports of one epoch are taken one after the other. */
export const SAVE_EPOCH: Statement = {
  name: 'slo_epoch_save',
  text: `
insert into slo.epoch as e (region, source, epoch, slos, first_at, last_at, max_seq, final_seq)
values ($1, $2, $3, $4, now(), now(), 0, null)
on conflict (region, source, epoch) do update
  set slos = array(select distinct s from unnest(e.slos || excluded.slos) s), last_at = now()
returning extract(epoch from first_at) * 1000 as "firstAt", extract(epoch from now()) * 1000 as "lastAt",
  max_seq as "maxSeq", final_seq as "finalSeq", (xmax = 0) as "isNew"`,
};

export const MARK_SEQ: Statement = {
  name: 'slo_epoch_seq',
  text: `
update slo.epoch set max_seq = $4, final_seq = $5 where region = $1 and source = $2 and epoch = $3`,
};

const INPUT = `
  select * from jsonb_to_recordset($4::jsonb)
    as r(slo text, t timestamptz, width_s integer, dims text, good bigint, bad bigint, excluded bigint)`;

/** A coarse bucket carries all of its span: the epoch's finer ones go. */
export const DROP_FINER: Statement = {
  name: 'slo_bucket_drop_finer',
  text: `
with input as (${INPUT})
delete from slo.source_bucket s using input i
 where i.width_s > 10 and s.slo = i.slo and s.dims = i.dims and s.region = $1 and s.source = $2 and s.epoch = $3
   and s.width_s < i.width_s and s.t >= i.t and s.t < i.t + make_interval(secs => i.width_s)`,
};

/** The greater counts are the newer ones. A finer bucket that comes after the coarser one that replaced it is dropped. */
export const SAVE_BUCKETS: Statement = {
  name: 'slo_bucket_save',
  text: `
with input as (${INPUT}), wanted as (
  select i.* from input i where not exists (
    select 1 from slo.source_bucket s
     where s.slo = i.slo and s.dims = i.dims and s.region = $1 and s.source = $2 and s.epoch = $3
       and s.width_s > i.width_s
       and (s.t, s.width_s) in ((date_bin('1 minute', i.t, 'epoch'::timestamptz), 60),
                                (date_bin('10 minutes', i.t, 'epoch'::timestamptz), 600))))
insert into slo.source_bucket as b (slo, t, width_s, dims, region, source, epoch, good, bad, excluded)
select slo, t, width_s, dims, $1, $2, $3, good, bad, excluded from wanted
on conflict (slo, t, width_s, dims, region, source, epoch) do update
  set good = greatest(b.good, excluded.good), bad = greatest(b.bad, excluded.bad),
      excluded = greatest(b.excluded, excluded.excluded)`,
};

/**
 * Marks minutes to be summed up again. The update of a mark that is there already locks it: whoever sums up passes over
 * it until this transaction is committed. In order, so that two transactions never wait for each other.
 */
export const MARK_MINUTES: Statement = {
  name: 'slo_minute_mark',
  text: `
insert into slo.dirty_minute (slo, t)
select distinct r.slo, m from jsonb_to_recordset($1::jsonb) as r(slo text, t timestamptz, width_s integer),
  generate_series(date_trunc('minute', r.t), r.t + make_interval(secs => r.width_s - 1), interval '1 minute') m
order by 1, 2
on conflict (slo, t) do update set marked_at = now()`,
};

export const COUNT_REFUSALS: Statement = {
  name: 'slo_refusal_count',
  text: `
insert into slo.refusal as f (day, source, code, count)
select current_date, $1, key, value::bigint from jsonb_each_text($2::jsonb) order by key
on conflict (day, source, code) do update set count = f.count + excluded.count`,
};
