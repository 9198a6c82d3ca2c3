const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });

const DAY_MS = 86_400_000;

/** Every time zone's day begins at a multiple of this, ms. */
const QUARTER_MS = 900_000;
const MAX_DAYS = 5_000;
const days = new Map<number, string>();

/** The local calendar day, for comparing. Known quarters of an hour are not worked out again: lists are long. */
export function dayKey(at: string | number): string {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  const quarter = Math.floor(ms / QUARTER_MS);
  const known = days.get(quarter);
  if (known !== undefined) return known;
  const day = new Date(ms).toDateString();
  if (days.size >= MAX_DAYS) days.clear();
  days.set(quarter, day);
  return day;
}

export function formatTime(at: string | number): string {
  return clock.format(new Date(at));
}

/** The time without its half of the day, where there is little room. */
export function formatNarrow(at: string | number): string {
  const parts = clock.formatToParts(new Date(at)).filter(({ type }) => type !== 'dayPeriod');
  return parts
    .map(({ value }) => value)
    .join('')
    .trim();
}

export function formatExact(at: string | number): string {
  return exact.format(new Date(at));
}

/** Today, Yesterday, a weekday of this week, or a date. */
export function formatDay(at: string | number, now: number): string {
  if (dayKey(at) === dayKey(now)) return 'Today';
  if (dayKey(at) === dayKey(now - DAY_MS)) return 'Yesterday';
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayOfYear).format(new Date(at));
}

/** The shortest form that is still clear, for lists. */
export function formatShort(at: string | number, now: number): string {
  if (dayKey(at) === dayKey(now)) return formatTime(at);
  const age = now - new Date(at).getTime();
  return (age < 6 * DAY_MS ? weekday : shortDay).format(new Date(at));
}

/** A duration in its largest sensible unit: 12 s, 3 min, 5 h, 2 d. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3_600) return `${String(Math.floor(seconds / 60))} min`;
  if (seconds < 172_800) return `${String(Math.floor(seconds / 3_600))} h`;
  return `${String(Math.floor(seconds / 86_400))} d`;
}

/** `1 message`, `3 messages`. */
export function count(amount: number, noun: string): string {
  return `${String(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}
