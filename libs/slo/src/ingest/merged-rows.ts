import { CountSeries } from '../series/count-series.js';
import type { Counts } from '../series/counts.js';
import { BUCKET_WIDTHS } from './snapshot.js';

/** The newest that is known of one bucket of one epoch of one source. */
export interface SourceRow extends Counts {
  readonly slo: string;
  readonly region: string;
  readonly source: string;
  readonly epoch: string;
  readonly dims: Readonly<Record<string, string>>;
  readonly t: number;
  readonly widthMs: number;
}

/** Rows by their identity. */
export type MergedRows = ReadonlyMap<string, SourceRow>;

export const NO_ROWS: MergedRows = new Map();

type Series = Pick<SourceRow, 'slo' | 'dims'>;

/** Names dims, whatever their order: a list of pairs as JSON. */
export function dimsKey(dims: SourceRow['dims']): string {
  const pairs = Object.entries(dims);
  if (pairs.length === 0) return '[]';
  return JSON.stringify(pairs.length === 1 ? pairs : pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names an SLO's dims, whatever their order. */
export function seriesKey({ slo, dims }: Series): string {
  return `${dimsKey(dims)} ${slo}`;
}

/** Names a bucket of an epoch of a source: what is unique where rows are stored. */
function rowKey(row: SourceRow, t: number, widthMs: number): string {
  const { region, source, epoch } = row;
  // JSON ends by itself, and what follows the dims up to the end is the SLO's id.
  return `${JSON.stringify([region, source, epoch, widthMs, t])}${seriesKey(row)}`;
}

export function rowsOf(rows: Iterable<SourceRow>): MergedRows {
  const joined = new Map<string, SourceRow>();
  for (const row of rows) joinRow(joined, row);
  return withoutSuperseded(joined);
}

/**
 * The rows that both know. Counts only grow within a bucket of an epoch, so the greater is the newer: the merge is
 * idempotent, commutative and associative (a grow-only counter kept as state; M. Shapiro et al., A Comprehensive Study
 * of Convergent and Commutative Replicated Data Types, 2011). Snapshots may be doubled, late, out of order, and taken by
 * any number of replicas.
 *
 * A wider row carries its whole span, so its epoch's finer rows within it are dropped, before or after it they came.
 */
export function mergeRows(a: MergedRows, b: MergedRows): MergedRows {
  const joined = new Map(a);
  for (const row of b.values()) joinRow(joined, row);
  return withoutSuperseded(joined);
}

/** The series of one SLO: the sum of all regions, sources, epochs and dims, or of those that `isWanted`. */
export function seriesOf(
  rows: MergedRows,
  slo: string,
  isWanted: (row: SourceRow) => boolean = () => true,
): CountSeries {
  return CountSeries.of([...rows.values()].filter((row) => row.slo === slo && isWanted(row)));
}

function joinRow(joined: Map<string, SourceRow>, row: SourceRow): void {
  const key = rowKey(row, row.t, row.widthMs);
  const known = joined.get(key);
  joined.set(key, {
    ...row,
    good: Math.max(row.good, known?.good ?? 0),
    bad: Math.max(row.bad, known?.bad ?? 0),
    excluded: Math.max(row.excluded, known?.excluded ?? 0),
  });
}

function withoutSuperseded(joined: Map<string, SourceRow>): MergedRows {
  const wide = BUCKET_WIDTHS.slice(1).filter((width) => [...joined.values()].some(({ widthMs }) => widthMs === width));
  if (wide.length === 0) return joined;
  const isSuperseded = (row: SourceRow) =>
    wide.some((width) => width > row.widthMs && joined.has(rowKey(row, Math.floor(row.t / width) * width, width)));
  const superseded = [...joined].filter(([, row]) => isSuperseded(row)).map(([key]) => key);
  for (const key of superseded) joined.delete(key);
  return joined;
}
