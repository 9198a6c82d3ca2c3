const LONGEST = 60;

/** A text as it can be shown in a sentence. */
export function excerpt(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
