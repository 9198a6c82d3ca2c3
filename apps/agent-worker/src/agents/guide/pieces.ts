const PIECE = /\s*\S{1,5}|\s+/gu;

/** Cuts a text into pieces of about a model token each; they join to the same text and split no character. */
export function piecesOf(text: string): string[] {
  return text.match(PIECE) ?? [];
}
