/** Longest wait that a target may ask for, in ms: one that asks for more is tried earlier. */
const MAX_MS = 3_600_000;

/** The wait that a `Retry-After` header asks for, in ms: seconds or an HTTP date. Undefined if absent or unreadable. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return Math.min(MAX_MS, Number(text) * 1_000);
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.min(MAX_MS, Math.max(0, date - now));
}
