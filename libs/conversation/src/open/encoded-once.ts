import { randomUUID } from 'node:crypto';

/** Stands for a piece of JSON while the rest is encoded; nobody who writes a text can know it. */
const MARK = JSON.stringify(`encoded:${randomUUID()}`);

/** The pieces that the encoding under way has met; undefined while none is. */
let pieces: string[] | undefined;

/**
 * Marks `items` as having the encoding `json`, which {@link encodeWithPieces} puts in place of encoding them for each
 * reader anew. To everybody else they are what they are. They must not be changed afterwards.
 */
export function encodedOnce<T>(items: T[], json: string): T[] {
  const toJSON = () => {
    if (pieces === undefined) return [...items];
    pieces.push(json);
    return JSON.parse(MARK) as unknown;
  };
  return Object.defineProperty(items, 'toJSON', { value: toJSON });
}

/** As `JSON.stringify`, for what may contain items that were encoded before. */
export function encodeWithPieces(value: unknown): string {
  const met: string[] = [];
  pieces = met;
  let text: string;
  try {
    text = JSON.stringify(value);
  } finally {
    pieces = undefined;
  }
  if (met.length === 0) return text;
  const rest = text.split(MARK);
  return rest.reduce((whole, part, index) => whole + (met[index - 1] ?? '') + part);
}
