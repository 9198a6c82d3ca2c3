import type { Statement, Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import { CountSeries, type Bucket } from '@holdfast/slo';
import { LRUCache } from 'lru-cache';
import type { CurrentDefinition } from '../definitions/definitions.service.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Up to here back whole minutes are taken: as far as the longest rule looks, and the hour that it begins in. */
const MINUTES_MS = 73 * HOUR;

/** The trend compares with the weeks before. */
const TREND_MS = 35 * DAY;

/** Bound of buckets that are kept, of all SLOs: about 70 bytes each. 30 days of one SLO are 5,200. */
const MAX_BUCKETS = 1_500_000;

/** After this at the latest everything is read again: what is kept is no truth of its own. */
const MAX_AGE_MS = HOUR;

/** Hours that changed, and their minutes where those are wanted; in one statement, so that they agree. Times in ms. */
const CHANGED: Statement = {
  name: 'slo_series_changed',
  text: `
with changed as (
  select t, good, bad, excluded, version from slo.hour where slo = $1 and version > $2 and t >= $3)
select extract(epoch from t)::float8 * 1000 as hour, null::float8 as t, good::float8, bad::float8, excluded::float8,
       version::float8
  from changed
union all
select extract(epoch from c.t)::float8 * 1000, extract(epoch from m.t)::float8 * 1000, m.good::float8, m.bad::float8,
       m.excluded::float8, 0
  from changed c join slo.minute m on m.slo = $1 and m.t >= c.t and m.t < c.t + interval '1 hour'
 where c.t >= $4 or c.t = $5`,
};

const MINUTES_OF: Statement = {
  name: 'slo_series_minutes_of',
  text: `
select extract(epoch from t)::float8 * 1000 as t, good::float8, bad::float8, excluded::float8
  from slo.minute where slo = $1 and t >= $2 and t < $2::timestamptz + interval '1 hour'`,
};

interface ChangedRow extends Omit<Bucket, 't'> {
  readonly hour: number;
  /** Null: of the whole hour. */
  readonly t: number | null;
  readonly version: number;
}

interface Hour {
  readonly whole: Bucket;
  /** Undefined where only the sum is kept. */
  minutes: Bucket[] | undefined;
}

interface Kept {
  /** Of a restored or promoted database, versions say nothing. */
  readonly epoch: string;
  /** The first hour that is kept; earlier ones were never read. */
  readonly from: number;
  /** Greatest version that was seen. */
  version: number;
  readonly hours: Map<number, Hour>;
}

interface Range {
  /** The first hour that is wanted. */
  readonly from: number;
  /** Hours from here on are wanted by the minute, */
  readonly minutesFrom: number;
  /** and the hour in which the window of the budget begins. */
  readonly windowFrom: number;
  readonly asOf: number;
}

const floorHour = (at: number) => Math.floor(at / HOUR) * HOUR;

function rangeOf({ windowMs }: CurrentDefinition, asOf: number): Range {
  const windowFrom = floorHour(asOf - windowMs);
  return {
    from: Math.min(windowFrom, floorHour(asOf - TREND_MS)),
    minutesFrom: Math.max(windowFrom + HOUR, floorHour(asOf - MINUTES_MS)),
    windowFrom,
    asOf,
  };
}

/**
 * Counts of the SLOs, kept in memory: an evaluation reads the hours that changed since the last one here, by their version,
 * and so late data as well as new. Only under the lock of an SLO.
 */
export class SeriesCache {
  private readonly kept = new LRUCache<string, Kept>({ max: 1_000, maxSize: MAX_BUCKETS });

  /** Counts up to `asOf`, ms since the Unix epoch: of hours, and of minutes where rules look closer. */
  async load(tx: Tx, definition: CurrentDefinition, asOf: number): Promise<CountSeries> {
    const range = rangeOf(definition, asOf);
    const known = this.kept.get(definition.id);
    // Of a longer window than before, or of a clock that went back, more is wanted than was read.
    const usable = known?.epoch === tx.epoch && known.from <= range.from ? known : undefined;
    const kept = usable ?? { epoch: tx.epoch, from: range.from, version: -1, hours: new Map<number, Hour>() };
    await refresh(tx, definition.id, { kept, range });
    const size = [...kept.hours.values()].reduce((sum, { minutes }) => sum + 1 + (minutes?.length ?? 0), 1);
    // Not all at the same time: that would be a long cycle every hour.
    const ttl =
      usable === undefined ? MAX_AGE_MS * (0.5 + Math.random() / 2) : this.kept.getRemainingTTL(definition.id);
    this.kept.set(definition.id, kept, { size, ttl: Math.max(1, Math.ceil(ttl)) });
    metrics.gauge('holdfast_slo_cached_buckets').set(this.kept.calculatedSize);
    return CountSeries.of(bucketsOf(kept, range));
  }
}

async function refresh(tx: Tx, slo: string, { kept, range }: { kept: Kept; range: Range }): Promise<void> {
  const { from, minutesFrom, windowFrom } = range;
  const at = (ms: number) => new Date(ms);
  const rows = await tx.query<ChangedRow>(CHANGED, [slo, kept.version, at(from), at(minutesFrom), at(windowFrom)]);
  const isByMinute = (hour: number) => hour >= minutesFrom || hour === windowFrom;
  for (const { hour, t, version, good, bad, excluded } of rows) {
    if (t !== null) continue;
    const whole = { t: hour, good, bad, excluded };
    kept.hours.set(hour, { whole, minutes: isByMinute(hour) ? [] : undefined });
    kept.version = Math.max(kept.version, version);
  }
  for (const { hour, t, good, bad, excluded } of rows) {
    if (t !== null) kept.hours.get(hour)?.minutes?.push({ t, good, bad, excluded });
  }
  for (const [hour, known] of kept.hours) {
    if (hour < from) kept.hours.delete(hour);
    else if (!isByMinute(hour)) known.minutes = undefined;
    // The window has moved on into an hour of which only the sum was kept.
    else known.minutes ??= await tx.query<Bucket>(MINUTES_OF, [slo, at(hour)]);
  }
}

function* bucketsOf({ hours }: Kept, { asOf }: Range): Generator<Bucket> {
  for (const { whole, minutes } of hours.values()) {
    if (minutes === undefined) yield whole;
    else for (const minute of minutes) if (minute.t < asOf) yield minute;
  }
}
