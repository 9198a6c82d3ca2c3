import { AppError } from '@holdfast/contracts';

/** Place in a list that is ordered by time and id, newest first. */
export interface TimeCursor {
  /** Microseconds since 1970, as text: exact, unlike a JavaScript date. */
  readonly at: string;
  readonly id: string;
}

const FORM = /^(\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** An opaque text of the alphabet that cursors have on the wire. */
export function encodeCursor({ at, id }: TimeCursor): string {
  return Buffer.from(`${at}_${id}`).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws AppError `invalid` for anything that {@link encodeCursor} did not make
 */
export function decodeCursor(cursor: string): TimeCursor {
  const [, at, id] = FORM.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined)
    throw new AppError('invalid', 'cursor: must be a cursor of an earlier page');
  return { at, id };
}

/** SQL that reads a timestamp as the `at` of a cursor. */
export function microsOf(column: string): string {
  return `(extract(epoch from ${column}) * 1000000)::bigint::text`;
}

/** SQL that is true for rows behind the cursor in parameters `at` and `id`, which may be null. */
export function behind(column: string, idColumn: string, [at, id]: readonly [string, string]): string {
  const time = `'epoch'::timestamptz + ${at}::bigint * interval '1 microsecond'`;
  return `(${at}::bigint is null or (${column}, ${idColumn}) < (${time}, ${id}::uuid))`;
}
