import type { Statement, Tx } from '@holdfast/database';
import type { CountSeries, EpochLedger, Span } from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import type { SeriesCache } from './series-cache.js';

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

/** Reads what the evaluation of `definition` at `asOf` (ms since the Unix epoch) needs. */
export async function loadData(
  tx: Tx,
  definition: CurrentDefinition,
  { cache, asOf }: { readonly cache: SeriesCache; readonly asOf: number },
): Promise<SloData> {
  const series = await cache.load(tx, definition, asOf);
  const since = new Date(asOf - definition.windowMs);
  const epochs = await tx.query<EpochLedger>(EPOCHS, [definition.id, since]);
  const corrections = await tx.query<Span>(CORRECTIONS, [definition.id, since]);
  return { series, epochs, corrections };
}
