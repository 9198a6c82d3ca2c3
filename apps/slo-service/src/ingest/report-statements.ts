import type { Statement } from '@holdfast/database';

/**
 * Merges what is known of epochs, and locks them: reports of one epoch are taken one after the other. In one order, so that
 * two replicas with the same reports in different batches never wait for each other.
 */
export const SAVE_EPOCHS: Statement = {
  name: 'slo_epoch_save',
  text: `
insert into slo.epoch as e (region, source, epoch, slos, first_at, last_at, max_seq, final_seq)
select r.region, r.source, r.epoch, array(select jsonb_array_elements_text(r.slos)), now(), now(), 0, null
  from jsonb_to_recordset($1::jsonb) as r(region text, source text, epoch text, slos jsonb)
 order by 1, 2, 3
on conflict (region, source, epoch) do update
  set slos = case when e.slos @> excluded.slos then e.slos
                  else array(select distinct s from unnest(e.slos || excluded.slos) s) end, last_at = now()
returning region, source, epoch, extract(epoch from first_at)::float8 * 1000 as "firstAt",
  extract(epoch from now())::float8 * 1000 as "lastAt", max_seq as "maxSeq", final_seq as "finalSeq", (xmax = 0) as "isNew"`,
};

const INPUT = `
  select * from jsonb_to_recordset($1::jsonb)
    as r(region text, source text, epoch text, slo text, t timestamptz, width_s integer, dims text,
         good bigint, bad bigint, excluded bigint)`;

/** A coarse bucket carries all of its span: the epoch's finer ones go. */
export const DROP_FINER: Statement = {
  name: 'slo_bucket_drop_finer',
  text: `
with input as (${INPUT})
delete from slo.source_bucket s using input i
 where i.width_s > 10 and s.slo = i.slo and s.dims = i.dims and s.region = i.region and s.source = i.source
   and s.epoch = i.epoch and s.width_s < i.width_s and s.t >= i.t and s.t < i.t + make_interval(secs => i.width_s)`,
};

/**
 * $1 buckets: the greater counts are the newer ones; a finer bucket that comes after the coarser one that replaced it is
 * dropped. $2 numbers of the epochs.
 *
 * Marks the minutes to be summed up again. The update of a mark that is there already locks it: whoever sums up passes over
 * it until this transaction is committed. In order, so that two transactions never wait for each other.
 */
export const SAVE_BUCKETS: Statement = {
  name: 'slo_bucket_save',
  text: `
with input as materialized (${INPUT}), wanted as (
  select i.* from input i where not exists (
    select 1 from slo.source_bucket s
     where s.slo = i.slo and s.dims = i.dims and s.region = i.region and s.source = i.source and s.epoch = i.epoch
       and s.width_s > i.width_s
       and (s.t, s.width_s) in ((date_bin('1 minute', i.t, 'epoch'::timestamptz), 60),
                                (date_bin('10 minutes', i.t, 'epoch'::timestamptz), 600)))
), numbers as (
  update slo.epoch e set max_seq = r.max_seq, final_seq = r.final_seq
    from jsonb_to_recordset($2::jsonb) as r(region text, source text, epoch text, max_seq bigint, final_seq bigint)
   where e.region = r.region and e.source = r.source and e.epoch = r.epoch
), marks as (
  insert into slo.dirty_minute (slo, t)
  select distinct i.slo, m from input i,
    generate_series(date_trunc('minute', i.t), i.t + make_interval(secs => i.width_s - 1), interval '1 minute') m
  order by 1, 2
  on conflict (slo, t) do update set marked_at = now()
)
insert into slo.source_bucket as b (slo, t, width_s, dims, region, source, epoch, good, bad, excluded)
select slo, t, width_s, dims, region, source, epoch, good, bad, excluded from wanted
on conflict (slo, t, width_s, dims, region, source, epoch) do update
  set good = greatest(b.good, excluded.good), bad = greatest(b.bad, excluded.bad),
      excluded = greatest(b.excluded, excluded.excluded)`,
};

export const COUNT_REFUSALS: Statement = {
  name: 'slo_refusal_count',
  text: `
insert into slo.refusal as f (day, source, code, count)
select current_date, source, code, sum(count)
  from jsonb_to_recordset($1::jsonb) as r(source text, code text, count bigint) group by source, code order by 2, 3
on conflict (day, source, code) do update set count = f.count + excluded.count`,
};

/** As {@link SAVE_BUCKETS} does it, for whoever writes buckets of another kind. */
export const MARK_MINUTES: Statement = {
  name: 'slo_minute_mark',
  text: `
insert into slo.dirty_minute (slo, t)
select distinct r.slo, m from jsonb_to_recordset($1::jsonb) as r(slo text, t timestamptz, width_s integer),
  generate_series(date_trunc('minute', r.t), r.t + make_interval(secs => r.width_s - 1), interval '1 minute') m
order by 1, 2
on conflict (slo, t) do update set marked_at = now()`,
};
