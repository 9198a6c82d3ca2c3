const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });

const DAY_MS = 86_400_000;

const MAX_KEPT = 5_000;

/** Remembers what it said of each span of `ms` milliseconds: lists are long, and the formats of `Intl` are slow. */
function perSpan(ms: number, say: (at: number) => string): (at: string | number) => string {
  const kept = new Map<number, string>();
  return (at) => {
    const time = typeof at === 'number' ? at : Date.parse(at);
    const span = Math.floor(time / ms);
    const known = kept.get(span);
    if (known !== undefined) return known;
    const said = say(time);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(span, said);
    return said;
  };
}

/** The local calendar day, for comparing. Every time zone's day begins at a multiple of a quarter of an hour. */
export const dayKey = perSpan(900_000, (at) => new Date(at).toDateString());

export const formatTime = perSpan(60_000, (at) => clock.format(at));

/** The time without its half of the day, where there is little room. */
export const formatNarrow = perSpan(60_000, (at) => {
  const parts = clock.formatToParts(at).filter(({ type }) => type !== 'dayPeriod');
  return parts
    .map(({ value }) => value)
    .join('')
    .trim();
});

export const formatExact = perSpan(1_000, (at) => exact.format(at));

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

/** A sentence after a colon; what is spelt in capitals stays. */
export function afterColon(sentence: string): string {
  return /^[A-Z][a-z]/.test(sentence) ? `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}` : sentence;
}
