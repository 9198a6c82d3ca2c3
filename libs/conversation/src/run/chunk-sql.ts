import { joinParts, type Part } from '@holdfast/contracts';

/** Scalar subquery: the committed chunks of run `r`'s current attempt, in order, as an array of arrays of parts. */
export const CHUNKS_OF_R = `
  (select coalesce(jsonb_agg(c.parts order by c.off), '[]')
   from chat.run_chunk c where c.run_id = r.id and c.attempt = r.attempt)`;

/** Chunks as one list of parts, in the one form that equal content has. */
export function partsOfChunks(chunks: readonly (readonly Part[])[]): Part[] {
  return joinParts([], chunks.flat());
}
