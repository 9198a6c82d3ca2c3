import { joinParts, type Part } from '@holdfast/contracts';
import type { Tx } from '@holdfast/database';

/** Scalar subquery: the committed chunks of run `r`'s current attempt, in order, as an array of arrays of parts. */
const CHUNKS_OF_R = `
  (select coalesce(jsonb_agg(c.parts order by c.off), '[]')
   from chat.run_chunk c where c.run_id = r.id and c.attempt = r.attempt)`;

/** The same of a row `w` that names a run, from its `first_off` on. */
export const CHUNKS_OF_W = `
  (select coalesce(jsonb_agg(c.parts order by c.off), '[]')
   from chat.run_chunk c where c.run_id = w.id and c.attempt = w.attempt and c.off >= w.first_off)`;

/** What may be read of runs that have not ended before the rest has to wait, in bytes as {@link bytesOf} counts them. */
export const RUN_READ_BYTES = { client: 1_048_576, batch: 16 * 1_048_576 } as const;

/**
 * Scalar expression: about how much the chunks of run `r` from offset `from` on take. Stored bytes may be compressed, and
 * text has at least as many bytes as units.
 */
export function bytesOf(r: string, from: string): string {
  return `case when ${r}.status = 'running' then greatest(${r}.length - ${from}, (
      select coalesce(sum(pg_column_size(c.parts)), 0)
      from chat.run_chunk c where c.run_id = ${r}.id and c.attempt = ${r}.attempt and c.off >= ${from}
    )) else 0 end`;
}

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
