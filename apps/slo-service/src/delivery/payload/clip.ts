const ELLIPSIS = '…';

/** `text` in at most `max` UTF-16 units, cut between characters and marked as cut. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length + ELLIPSIS.length > max) break;
    kept += character;
  }
  return kept + ELLIPSIS;
}

/** `value` as JSON of at most `max` UTF-16 units; what is longer, or no JSON, becomes text that is cut. */
export function clipJson(value: unknown, max: number): string {
  try {
    return clip(JSON.stringify(value), max);
  } catch {
    return '';
  }
}
