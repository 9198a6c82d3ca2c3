import { CountSeries, type Bucket, type Counts, type Span } from '@holdfast/slo';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Up to here back whole minutes are taken: as far as the longest rule looks, and the hour that it begins in. */
const MINUTES_MS = 73 * HOUR;

/** The trend compares with the weeks before. */
const TREND_MS = 35 * DAY;

/** Which hours are wanted, and how; times in ms since the Unix epoch, each the beginning of an hour. */
export interface Range {
  readonly windowMs: number;
  /** The first hour that is wanted. */
  readonly from: number;
  /** Hours from here on are wanted by the minute, */
  readonly minutesFrom: number;
  /** and the hour in which the window of the budget begins. */
  readonly windowFrom: number;
}

/** An hour that was read. */
export interface HourRow extends Counts {
  readonly hour: number;
  readonly version: number;
  /** JSON of four lists: when its minutes begin, in ms since it did, and their good, bad and excluded; null where the sum is enough. */
  readonly minutes: string | null;
}

const floorHour = (at: number) => Math.floor(at / HOUR) * HOUR;
const hourAt = (from: number): Span => ({ from, to: from + HOUR });

export function rangeOf(windowMs: number, asOf: number): Range {
  const windowFrom = floorHour(asOf - windowMs);
  return {
    windowMs,
    from: Math.min(windowFrom, floorHour(asOf - TREND_MS)),
    minutesFrom: Math.max(windowFrom + HOUR, floorHour(asOf - MINUTES_MS)),
    windowFrom,
  };
}

/** Counts of one SLO as they were when they were last read. */
export class KeptSeries {
  /** Greatest version that was seen; negative: nothing was read yet. */
  version = -1;
  series = CountSeries.of([]);

  constructor(
    /** Of a restored or promoted database, versions say nothing. */
    readonly epoch: string,
    private range: Range,
  ) {}

  /** Whether what is wanted follows from what is kept and what has changed since: not of another window, or earlier. */
  leadsTo(range: Range): boolean {
    const { windowMs, from, minutesFrom, windowFrom } = this.range;
    const isLater = from <= range.from && minutesFrom <= range.minutesFrom && windowFrom <= range.windowFrom;
    return windowMs === range.windowMs && isLater;
  }

  /** The hour of which only the sum is kept and minutes are wanted: the window has moved on into it. */
  lacking({ windowFrom }: Range): number | null {
    if (this.version < 0) return null;
    return windowFrom !== this.range.windowFrom && windowFrom < this.range.minutesFrom ? windowFrom : null;
  }

  /** Takes what has changed, and what {@link lacking} named; forgets what is not wanted any more. */
  update(range: Range, rows: readonly HourRow[]): void {
    const changed = new Set(rows.map(({ hour }) => hour));
    const coarsened = this.outgrown(range).filter((hour) => !changed.has(hour));
    const spans = [{ from: -Infinity, to: range.from }, ...[...changed, ...coarsened].map(hourAt)];
    const sums = coarsened.map((hour) => ({ t: hour, ...this.series.sum(hourAt(hour)) }));
    const buckets = [...sums.filter((sum) => sum.good + sum.bad + sum.excluded > 0), ...rows.flatMap(bucketsOf)];
    this.series = this.series.replace(spans, buckets);
    this.version = rows.reduce((greatest, { version }) => Math.max(greatest, version), Math.max(0, this.version));
    this.range = range;
  }

  /** Hours kept by the minute of which the sum is enough now. */
  private outgrown({ minutesFrom, windowFrom }: Range): number[] {
    const hours: number[] = [];
    for (let hour = this.range.minutesFrom; hour < minutesFrom; hour += HOUR) hours.push(hour);
    if (this.range.windowFrom < this.range.minutesFrom) hours.push(this.range.windowFrom);
    return hours.filter((hour) => hour !== windowFrom && hour < minutesFrom);
  }
}

function bucketsOf({ hour, minutes, good, bad, excluded }: HourRow): Bucket[] {
  if (minutes === null) return [{ t: hour, good, bad, excluded }];
  const [at = [], goods = [], bads = [], excludeds = []] = JSON.parse(minutes) as number[][];
  return at.map((ms, index) => ({
    t: hour + ms,
    good: goods[index] ?? 0,
    bad: bads[index] ?? 0,
    excluded: excludeds[index] ?? 0,
  }));
}
