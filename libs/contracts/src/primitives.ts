import * as z from 'zod/mini';

/** A UUID in canonical text form; capital letters are taken for small ones, so that equal ids are equal texts. */
export const Uuid = z.uuid().check(z.toLowerCase());

/** Position in a thread's log; the first event has 1, and 0 means "before the first". */
export const Seq = z.int().check(z.gte(0));

/** Count of UTF-16 code units; a non-text part counts 1. */
export const Offset = z.int().check(z.gte(0));

/** ISO 8601 instant in UTC. */
export const Timestamp = z.iso.datetime();

/** Milliseconds. */
export const DurationMs = z.int().check(z.gte(0));

/** Identity of the Postgres history that numbered the events: `<system identifier>:<timeline>`. */
export const Epoch = z.string().check(z.minLength(1), z.maxLength(64));

const unstorable = /\u0000|\p{Surrogate}/u;

/** True if Postgres can store the text and every UTF-8 encoder returns it unchanged: no NUL, no lone surrogate. */
export function isStorableText(text: string): boolean {
  return !unstorable.test(text);
}

/** Text that {@link isStorableText} accepts, of at most `maxLength` UTF-16 units. */
export function safeText(minLength: number, maxLength: number) {
  return z
    .string()
    .check(
      z.minLength(minLength),
      z.maxLength(maxLength),
      z.refine(isStorableText, 'must not contain NUL or lone surrogates'),
    );
}

/** Control characters, line ends, and what turns the direction of the text around it. */
const disorderly = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
/** Anything but marks, spaces, format characters and letters that are drawn as nothing. */
const visible = /[^\p{C}\p{Z}\p{M}\u115F\u1160\u2800\u3164\uFFA0]/u;

/** `text` as a part of a line: what is disorderly becomes a space. */
export function toLine(text: string): string {
  return text.replace(disorderly, ' ');
}

/** A name of at most `maxLength` UTF-16 units: one line with something to see, which leaves its surroundings alone. */
export function lineText(maxLength: number) {
  return safeText(1, maxLength).check(
    z.refine((text) => visible.test(text) && toLine(text) === text, 'must be one line of visible text'),
  );
}

/** A JSON value whose strings are all storable; used for tool arguments and results. */
export const JsonValue = z
  .json()
  .check(z.refine((value) => isStorableText(JSON.stringify(value)), 'must not contain NUL or lone surrogates'));

/** Names one command or request in the server's logs. */
export const TraceId = z.string().check(z.regex(/^[A-Za-z0-9._-]{8,64}$/));
export type TraceId = z.infer<typeof TraceId>;
