import { BUCKET_WIDTHS, seriesKey, type Counts, type SnapshotBucket } from '@holdfast/slo';

/** Counts of one series in one bucket, and how much of it the service has confirmed. */
interface Row {
  readonly series: string;
  readonly slo: string;
  readonly dims: Readonly<Record<string, string>>;
  readonly t: number;
  readonly widthMs: number;
  good: number;
  bad: number;
  excluded: number;
  /** Raised by every change. */
  version: number;
  acknowledged: number;
}

/** A bucket on its way to the service. */
export interface Outgoing {
  readonly key: string;
  readonly version: number;
  readonly bucket: SnapshotBucket;
}

export interface SeriesId {
  readonly slo: string;
  readonly dims: Readonly<Record<string, string>>;
}

const [FINE_MS = 10_000] = BUCKET_WIDTHS;
const WIDEST_MS = Math.max(...BUCKET_WIDTHS);

const floor = (t: number, width: number) => Math.floor(t / width) * width;
const keyOf = (series: string, widthMs: number, t: number) => `${String(widthMs)}|${String(t)}|${series}`;

/**
 * The counts that a producer has not yet got rid of, in at most `maxRows` buckets.
 *
 * Confirmed buckets stay until everything within their widest bucket is confirmed: a coarse bucket replaces the finer ones
 * at the service, and so has to carry those, too, whose confirmation got lost.
 */
export class BucketStore {
  readonly #rows = new Map<string, Row>();
  #lost = 0;

  constructor(private readonly maxRows = 5_000) {}

  get size(): number {
    return this.#rows.size;
  }

  /** Units that were dropped for want of room, since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds counts of the moment `at`, ms since the Unix epoch. */
  add({ slo, dims }: SeriesId, at: number, { good, bad, excluded }: Counts): void {
    const series = seriesKey({ slo, dims });
    const row = this.#coarser(series, at) ?? this.#row(series, { slo, dims }, floor(at, FINE_MS), FINE_MS);
    row.good += good;
    row.bad += bad;
    row.excluded += excluded;
    row.version += 1;
    if (this.#rows.size > this.maxRows) this.#shrink();
  }

  /** At most `max` buckets that the service has not confirmed as they are now, the oldest first. */
  unconfirmed(max: number): Outgoing[] {
    const open = [...this.#rows].filter(([, row]) => row.acknowledged < row.version);
    open.sort(([, a], [, b]) => a.t - b.t);
    return open.slice(0, max).map(([key, { version, slo, dims, t, widthMs, good, bad, excluded }]) => ({
      key,
      version,
      bucket: { slo, dims, t, widthMs, good, bad, excluded },
    }));
  }

  /** The service has these; forgets what cannot be needed again at `now`. */
  confirm(sent: readonly Outgoing[], now: number): void {
    for (const { key, version } of sent) {
      const row = this.#rows.get(key);
      if (row !== undefined) row.acknowledged = Math.max(row.acknowledged, version);
    }
    const open = new Set<string>();
    const window = (row: Row) => keyOf(row.series, WIDEST_MS, floor(row.t, WIDEST_MS));
    for (const row of this.#rows.values()) if (row.acknowledged < row.version) open.add(window(row));
    for (const [key, row] of this.#rows) {
      const isOver = floor(row.t, WIDEST_MS) + 2 * WIDEST_MS <= now;
      if (isOver && !open.has(window(row))) this.#rows.delete(key);
    }
  }

  /** Moves everything unconfirmed by `ms` (the clock was off) and forgets the rest: for another epoch. */
  rebase(ms: number): void {
    const open = [...this.#rows.values()].filter((row) => row.acknowledged < row.version);
    this.#rows.clear();
    for (const { slo, dims, t, good, bad, excluded } of open) this.add({ slo, dims }, t + ms, { good, bad, excluded });
  }

  #row(series: string, id: SeriesId, t: number, widthMs: number): Row {
    const key = keyOf(series, widthMs, t);
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = { series, ...id, t, widthMs, good: 0, bad: 0, excluded: 0, version: 0, acknowledged: 0 };
    this.#rows.set(key, row);
    return row;
  }

  #coarser(series: string, at: number): Row | undefined {
    for (const width of BUCKET_WIDTHS.slice(1)) {
      const row = this.#rows.get(keyOf(series, width, floor(at, width)));
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /** Makes room: wider buckets for the older half, level by level; only when all are as wide as can be, the oldest go. */
  #shrink(): void {
    for (const width of BUCKET_WIDTHS.slice(1)) {
      this.#coarsen(width);
      if (this.#rows.size <= this.maxRows * 0.75) return;
    }
    const oldest = [...this.#rows].sort(([, a], [, b]) => a.t - b.t).slice(0, Math.ceil(this.#rows.size / 4));
    for (const [key, row] of oldest) {
      this.#rows.delete(key);
      if (row.acknowledged < row.version) this.#lost += row.good + row.bad + row.excluded;
    }
  }

  #coarsen(width: number): void {
    const newest = Math.max(...[...this.#rows.values()].map(({ t }) => t));
    const fine = [...this.#rows].filter(([, row]) => row.widthMs < width && floor(row.t, width) + width <= newest);
    for (const [key, row] of fine) {
      this.#rows.delete(key);
      const wide = this.#row(row.series, { slo: row.slo, dims: row.dims }, floor(row.t, width), width);
      wide.good += row.good;
      wide.bad += row.bad;
      wide.excluded += row.excluded;
      wide.version += 1;
    }
  }
}
