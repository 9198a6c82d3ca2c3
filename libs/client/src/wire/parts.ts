import { Part } from '@holdfast/contracts';
import * as z from 'zod/mini';

/** A part of a kind that this build does not know; it counts 1 in offsets, as every part that is not text. */
export interface UnknownPart {
  readonly type: 'unknown';
  /** The kind the server named. */
  readonly kind: string;
}

/** What a message shows: the parts of the protocol, and a place for those of a newer one. */
export type ViewPart = Part | UnknownPart;

/** Reads parts tolerantly: a newer kind becomes an {@link UnknownPart} instead of breaking its message. */
export const TolerantPart = z.union([
  Part,
  z.pipe(
    z.object({ type: z.string().check(z.refine((type) => !KNOWN.has(type))) }),
    z.transform(({ type }): UnknownPart => ({ type: 'unknown', kind: type })),
  ),
]);

const KNOWN: ReadonlySet<string> = new Set(['text', 'tool_call', 'tool_result']);

function lengthOf(part: ViewPart): number {
  return part.type === 'text' ? part.text.length : 1;
}

/** Length in offset units: UTF-16 units of text, 1 for anything else. */
export function viewLength(parts: readonly ViewPart[]): number {
  return parts.reduce((sum, part) => sum + lengthOf(part), 0);
}

/** The visible text alone. */
export function viewText(parts: readonly ViewPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Appends parts; adjacent text joins, so that equal content has one form however it was chunked. */
export function appendParts(parts: readonly ViewPart[], more: readonly ViewPart[]): ViewPart[] {
  const joined = [...parts];
  for (const part of more) {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text') {
      joined[joined.length - 1] = { type: 'text', text: last.text + part.text };
    } else {
      joined.push(part);
    }
  }
  return joined;
}

/** The parts between two offsets, text cut where an offset lies within it. */
export function sliceParts(parts: readonly ViewPart[], from: number, to = Number.POSITIVE_INFINITY): ViewPart[] {
  const slice: ViewPart[] = [];
  let start = 0;
  for (const part of parts) {
    const end = start + lengthOf(part);
    if (part.type === 'text') {
      const text = part.text.slice(Math.max(0, from - start), Math.max(0, to - start));
      if (text !== '') slice.push({ type: 'text', text });
    } else if (start >= from && end <= to) {
      slice.push(part);
    }
    start = end;
  }
  return slice;
}

/** True if `parts` begins with everything in `prefix`. */
export function startsWithParts(parts: readonly ViewPart[], prefix: readonly ViewPart[]): boolean {
  return JSON.stringify(sliceParts(parts, 0, viewLength(prefix))) === JSON.stringify(appendParts([], prefix));
}
