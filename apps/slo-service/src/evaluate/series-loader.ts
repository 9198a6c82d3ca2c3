import type { Statement, Tx } from '@holdfast/database';
import { CountSeries, type EpochLedger, type Span } from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Up to here back whole minutes are taken: as far as the longest rule looks, and the hour that it begins in. */
const MINUTES_MS = 73 * HOUR;

/** The trend compares with the weeks before. */
const TREND_MS = 35 * DAY;

/** Hours, but minutes for the last days and for the hour in which the window begins; times in ms. */
const COUNTS: Statement = {
  name: 'slo_series',
  text: `
select extract(epoch from t)::float8 * 1000 as t, good::float8, bad::float8, excluded::float8 from (
  select t, good, bad, excluded from slo.hour where slo = $1 and t >= $2 and t < $3 and t <> $4
  union all
  select t, good, bad, excluded from slo.minute where slo = $1 and t >= $3 and t < $5
  union all
  select t, good, bad, excluded from slo.minute where slo = $1 and t >= $4 and t < $4::timestamptz + interval '1 hour'
) s`,
};

const EPOCHS: Statement = {
  name: 'slo_epochs',
  text: `
select extract(epoch from first_at)::float8 * 1000 as "firstAt", extract(epoch from last_at)::float8 * 1000 as "lastAt",
       max_seq::float8 as "maxSeq", final_seq::float8 as "finalSeq"
  from slo.epoch where last_at >= $2 and $1 = any(slos)`,
};

const CORRECTIONS: Statement = {
  name: 'slo_corrections_of',
  text: `
select extract(epoch from starts_at)::float8 * 1000 as "from", extract(epoch from ends_at)::float8 * 1000 as "to"
  from slo.correction where slo = $1 and ends_at >= $2`,
};

/** Everything that is stored about an SLO up to a moment. */
export interface SloData {
  readonly series: CountSeries;
  readonly epochs: readonly EpochLedger[];
  readonly corrections: readonly Span[];
}

interface CountRow {
  readonly t: number;
  readonly good: number;
  readonly bad: number;
  readonly excluded: number;
}

/** Reads what the evaluation of `definition` at `asOf` (ms since the Unix epoch) needs. */
export async function loadSeries(tx: Tx, definition: CurrentDefinition, asOf: number): Promise<SloData> {
  const floorHour = (at: number) => Math.floor(at / HOUR) * HOUR;
  const windowFrom = floorHour(asOf - definition.windowMs);
  const from = Math.min(windowFrom, floorHour(asOf - TREND_MS));
  const minutesFrom = Math.max(windowFrom + HOUR, floorHour(asOf - MINUTES_MS));
  const at = (ms: number) => new Date(ms);
  const rows = await tx.query<CountRow>(COUNTS, [definition.id, at(from), at(minutesFrom), at(windowFrom), at(asOf)]);
  const since = at(asOf - definition.windowMs);
  const epochs = await tx.query<EpochLedger>(EPOCHS, [definition.id, since]);
  const corrections = await tx.query<Span>(CORRECTIONS, [definition.id, since]);
  return { series: CountSeries.of(rows), epochs, corrections };
}
