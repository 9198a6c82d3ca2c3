const HOUR = 3_600_000;
/** Lengths in ms; months, quarters and years have none, and minutes are no windows. */
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

/** A duration of OpenSLO, such as 30d, in ms; undefined if its unit has no fixed length in hours. */
export function readWindow(duration: string): number | undefined {
  const unit = UNITS[duration.slice(-1)];
  return unit === undefined ? undefined : Number(duration.slice(0, -1)) * unit;
}

/** Whole hours, given in ms, as the shortest duration of OpenSLO. */
export function writeWindow(windowMs: number): string {
  const hours = windowMs / HOUR;
  return hours % 24 === 0 ? `${String(hours / 24)}d` : `${String(hours)}h`;
}
