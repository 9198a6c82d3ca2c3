import { clip } from '../thread/summary.js';

/** UTF-16 units of an excerpt. */
const UNITS = 300;

/** Units shown before the first match. */
const LEAD = 80;

/** The part of a text around the first of `words`, on one line. */
export function excerptOf(text: string, words: readonly string[]): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const lower = line.toLowerCase();
  const matches = words.map((word) => lower.indexOf(word)).filter((index) => index >= 0);
  const match = matches.length === 0 ? 0 : Math.min(...matches);
  if (match <= LEAD || line.length <= UNITS) return clip(line, UNITS);
  const start = line.indexOf(' ', match - LEAD);
  const from = start < 0 || start > match ? match : start + 1;
  return `…${clip(line.slice(from), UNITS - 1)}`;
}
