import type { Statement, Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import type { CountSeries } from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import { KeptSeries, rangeOf, type HourRow, type Range } from './kept-series.js';

/**
 * Bound of what is kept of all SLOs. 35 days of one are 5,300 hours and minutes of 32 bytes at most, so that it suffices for
 * the 500 SLOs that there may be, some of them of 90 days.
 */
const MAX_BYTES = 96 * 1024 * 1024;

/** After this at the latest everything is read again: what is kept is no truth of its own. */
const MAX_AGE_MS = 3_600_000;

/** SLOs of which all is read in one statement: 7 MiB are on their way at most. */
const READ_AT_ONCE = 10;

/**
 * Hours that changed, and their minutes where those are wanted; in one statement, so that they agree. Minutes come as lists: a
 * row for each would take most of the time of an evaluation. `offset 0` keeps the planner, which does not know how few have
 * changed, from reading the whole table. Times in ms.
 */
const CHANGED: Statement = {
  name: 'slo_series_changed',
  text: `
with known as (
  select * from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
    as k(slo, version, from_at, minutes_from, window_from, lacking)
), changed as (
  select k.minutes_from, k.window_from, h.* from known k cross join lateral (
    select * from slo.hour where slo = k.slo and version > k.version and t >= k.from_at offset 0) h
  union
  select k.minutes_from, k.window_from, h.* from known k cross join lateral (
    select * from slo.hour where slo = k.slo and t = k.lacking offset 0) h)
select c.slo, extract(epoch from c.t)::float8 * 1000 as hour, c.version::float8, c.good::float8, c.bad::float8,
       c.excluded::float8,
       case when c.t >= c.minutes_from or c.t = c.window_from then (
         select coalesce('[[' || string_agg((extract(epoch from m.t - c.t) * 1000)::integer::text, ',') || '],[' || string_agg(m.good::text, ',')
                         || '],[' || string_agg(m.bad::text, ',') || '],[' || string_agg(m.excluded::text, ',') || ']]',
                         '[]')
           from slo.minute m where m.slo = c.slo and m.t >= c.t and m.t < c.t + interval '1 hour') end as minutes
  from changed c`,
};

interface Kept {
  readonly counts: KeptSeries;
  /** When it is read anew, by `performance.now()`. */
  readonly endsAt: number;
  /** Counted in the sum. */
  readonly bytes: number;
}

interface Wanted extends Omit<Kept, 'bytes'> {
  readonly slo: string;
  readonly range: Range;
}

interface SeriesCacheOptions {
  readonly maxBytes?: number;
}

/**
 * Counts of the SLOs, kept in memory: an evaluation reads the hours that changed since the last one here, by their version,
 * and so late data as well as new. Only under the locks of the SLOs.
 *
 * When it is full, what is kept stays, and an SLO that finds no room is read anew by each evaluation: the time grows with how
 * many those are, and not at once for all.
 */
export class SeriesCache {
  private readonly kept = new Map<string, Kept>();
  private readonly maxBytes: number;
  private bytes = 0;

  constructor({ maxBytes = MAX_BYTES }: SeriesCacheOptions = {}) {
    this.maxBytes = maxBytes;
  }

  /** By SLO: counts up to `asOf`, ms since the Unix epoch: of hours, and of minutes where rules look closer. */
  async load(tx: Tx, definitions: readonly CurrentDefinition[], asOf: number): Promise<Map<string, CountSeries>> {
    const wanted = definitions.map(({ id, windowMs }) => this.wanted(tx.epoch, id, rangeOf(windowMs, asOf)));
    const isNew = ({ counts }: Wanted) => counts.version < 0;
    const fresh = wanted.filter(isNew);
    await refresh(
      tx,
      wanted.filter((each) => !isNew(each)),
    );
    for (let start = 0; start < fresh.length; start += READ_AT_ONCE) {
      await refresh(tx, fresh.slice(start, start + READ_AT_ONCE));
    }
    for (const each of wanted) this.keep(each);
    metrics.gauge('holdfast_slo_cached_bytes').set(this.bytes);
    metrics.gauge('holdfast_slo_cached_series').set(this.kept.size);
    return new Map(wanted.map(({ slo, counts }) => [slo, counts.series]));
  }

  /** Forgets what is of none of these SLOs. */
  retain(slos: ReadonlySet<string>): void {
    for (const slo of this.kept.keys()) if (!slos.has(slo)) this.drop(slo);
  }

  private wanted(epoch: string, slo: string, range: Range): Wanted {
    const known = this.kept.get(slo);
    const isUsable = known?.counts.epoch === epoch && known.endsAt > performance.now() && known.counts.leadsTo(range);
    // Not all at the same time: that would be a long cycle every hour.
    const ageMs = MAX_AGE_MS * (0.5 + Math.random() / 2);
    const kept = isUsable ? known : { counts: new KeptSeries(epoch, range), endsAt: performance.now() + ageMs };
    return { ...kept, slo, range };
  }

  private keep({ slo, counts, endsAt }: Wanted): void {
    this.drop(slo);
    const { bytes } = counts.series;
    if (this.bytes + bytes > this.maxBytes) return;
    this.bytes += bytes;
    this.kept.set(slo, { counts, endsAt, bytes });
  }

  private drop(slo: string): void {
    this.bytes -= this.kept.get(slo)?.bytes ?? 0;
    this.kept.delete(slo);
  }
}

async function refresh(tx: Tx, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return;
  const at = (ms: number) => new Date(ms);
  const lacking = wanted.map(({ counts, range }) => counts.lacking(range));
  const rows = await tx.query<HourRow & { readonly slo: string }>(CHANGED, [
    wanted.map(({ slo }) => slo),
    wanted.map(({ counts }) => counts.version),
    wanted.map(({ range }) => at(range.from)),
    wanted.map(({ range }) => at(range.minutesFrom)),
    wanted.map(({ range }) => at(range.windowFrom)),
    lacking.map((hour) => (hour === null ? null : at(hour))),
  ]);
  const bySlo = new Map<string, HourRow[]>(wanted.map(({ slo }) => [slo, []]));
  for (const row of rows) bySlo.get(row.slo)?.push(row);
  for (const { slo, counts, range } of wanted) counts.update(range, bySlo.get(slo) ?? []);
}
