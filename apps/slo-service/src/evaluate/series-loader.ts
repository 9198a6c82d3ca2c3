import type { Tx } from '@holdfast/database';
import { CountSeries, type EpochLedger, type Span } from '@holdfast/slo';
import type { CurrentDefinition } from '../definitions/definitions.service.js';
import { CORRECTIONS, EPOCHS } from './evaluation-statements.js';
import type { SeriesCache } from './series-cache.js';

/** Everything that is stored about an SLO up to a moment. */
export interface SloData {
  readonly series: CountSeries;
  readonly epochs: readonly EpochLedger[];
  readonly corrections: readonly Span[];
}

interface EpochsRow {
  readonly slo: string;
  /** JSON of four lists: of each epoch its times, last number and, or null, final number. */
  readonly epochs: string;
}

/** Reads what the evaluation of the SLOs at `asOf` (ms since the Unix epoch) needs. */
export async function loadData(
  tx: Tx,
  definitions: readonly CurrentDefinition[],
  { cache, asOf }: { readonly cache: SeriesCache; readonly asOf: number },
): Promise<(slo: string) => SloData> {
  const series = await cache.load(tx, definitions, asOf);
  const slos = definitions.map(({ id }) => id);
  const since = definitions.map(({ windowMs }) => new Date(asOf - windowMs));
  const earliest = new Date(asOf - Math.max(...definitions.map(({ windowMs }) => windowMs)));
  const epochs = await tx.query<EpochsRow>(EPOCHS, [slos, since, earliest]);
  const ledgers = new Map(epochs.map((row) => [row.slo, ledgersOf(row)]));
  const corrections = await tx.query<Span & { readonly slo: string }>(CORRECTIONS, [slos, since]);
  return (slo) => ({
    series: series.get(slo) ?? CountSeries.of([]),
    epochs: ledgers.get(slo) ?? [],
    corrections: corrections.filter((each) => each.slo === slo),
  });
}

function ledgersOf({ epochs }: EpochsRow): EpochLedger[] {
  const [first = [], last = [], max = [], final = []] = JSON.parse(epochs) as (number | null)[][];
  return first.map((firstAt, index) => ({
    firstAt: firstAt ?? 0,
    lastAt: last[index] ?? 0,
    maxSeq: max[index] ?? 0,
    finalSeq: final[index] ?? null,
  }));
}
