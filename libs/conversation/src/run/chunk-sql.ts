import { joinParts, type Part } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';

/** Scalar subquery: the committed chunks of run `r`'s current attempt, in order, as an array of arrays of parts. */
export const CHUNKS_OF_R = `
  (select coalesce(jsonb_agg(c.parts order by c.off), '[]')
   from chat.run_chunk c where c.run_id = r.id and c.attempt = r.attempt)`;

/** Chunks as one list of parts, in the one form that equal content has. */
export function partsOfChunks(chunks: readonly (readonly Part[])[]): Part[] {
  return joinParts([], chunks.flat());
}

const CHUNKS = { name: 'run_chunks', text: `select ${CHUNKS_OF_R} as chunks from chat.run r where r.id = $1` };

/** Everything that the current attempt of a run has committed. */
export async function committedParts(tx: Tx, runId: string): Promise<Part[]> {
  const [row] = await tx.query<{ chunks: Part[][] }>(CHUNKS, [runId]);
  return partsOfChunks(row?.chunks ?? []);
}

const INSERT_CHUNK = {
  name: 'run_chunk_insert',
  text: 'insert into chat.run_chunk (run_id, attempt, off, parts) values ($1, $2, $3, $4::jsonb)',
};

/** Writes one chunk of a run whose row this transaction holds; the caller advances the run's length. */
export async function insertChunk(
  tx: Tx,
  run: { readonly id: string; readonly attempt: number },
  off: number,
  parts: readonly Part[],
): Promise<void> {
  await tx.query(INSERT_CHUNK, [run.id, run.attempt, off, JSON.stringify(parts)]);
}
