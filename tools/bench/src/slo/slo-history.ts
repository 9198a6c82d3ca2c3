import type { Database, Statement } from '@holdfast/database';
import { DEFAULT_SLOS } from '@holdfast/slo';

export const HISTORY_DAYS = 30;

/** SLOs whose minutes one statement writes: its deadline is 30 s. */
const CHUNK = 25;

const DEFINITIONS: Statement = {
  name: 'bench_slo_definitions',
  text: `
insert into slo.definition (id, revision, body, created_by)
select d ->> 'id', 1, d, 'bench' from jsonb_array_elements($1::jsonb) d
on conflict (id, revision) do nothing`,
};

/**
 * One unit in 4,000 is bad: below every budget, so that no alert fires. Only the days whose minutes are read: the last four,
 * and the one in which the window begins.
 */
const MINUTES: Statement = {
  name: 'bench_slo_minutes',
  text: `
insert into slo.minute (slo, t, good, bad, excluded)
select s, t, 1000 + extract(hour from t)::bigint, case when extract(minute from t)::int % 4 = 0 then 1 else 0 end, 0
  from unnest($1::text[]) s,
       (select date_trunc('hour', now()) - make_interval(days => $2) as from_at) span,
       lateral (select generate_series(from_at, from_at + interval '1 day', '1 minute') as t
                union
                select generate_series(date_trunc('hour', now()) - interval '4 days', now(), '1 minute')) minutes`,
};

const HOURS: Statement = {
  name: 'bench_slo_hours',
  text: `
insert into slo.hour (slo, t, good, bad, excluded)
select s, t, 60 * (1000 + extract(hour from t)::bigint), 15, 0
  from unnest($1::text[]) s, generate_series(date_trunc('hour', now()) - make_interval(days => $2), now(), '1 hour') t`,
};

/** As the autovacuum of a database that has run for a month would have left them. */
const ANALYZE: Statement = { name: 'bench_slo_analyze', text: 'analyze slo.minute, slo.hour, slo.definition' };

/** Defines SLOs until there are `count`. @returns the ids of all */
export async function define(db: Database, count: number): Promise<string[]> {
  const definitions = Array.from({ length: count }, (_, index) => {
    const known = DEFAULT_SLOS[index % DEFAULT_SLOS.length] ?? DEFAULT_SLOS[0];
    return index < DEFAULT_SLOS.length ? known : { ...known, id: `bench-${String(index)}` };
  });
  await db.query(DEFINITIONS, [JSON.stringify(definitions)]);
  return definitions.map(({ id }) => id);
}

/** Writes 30 days of hours of each SLO, and the minutes that are read, straight into the tables. */
export async function fill(db: Database, slos: readonly string[]): Promise<void> {
  for (let start = 0; start < slos.length; start += CHUNK) {
    const chunk = slos.slice(start, start + CHUNK);
    await db.query(MINUTES, [chunk, HISTORY_DAYS]);
    await db.query(HOURS, [chunk, HISTORY_DAYS]);
  }
  await db.query(ANALYZE);
}
