import type { Database } from '@holdfast/database';

const PURGE = {
  name: 'chunks_purge',
  // From the chunks to the runs: once purged, runs are many and chunks are few.
  text: `with held as (
           select run_id from chat.run_chunk union select run_id from chat.run_step
         ), old as (
           select r.id from held join chat.run r on r.id = held.run_id
           where r.ended_at < clock_timestamp() - make_interval(secs => $1 / 1000.0)
           limit $2
         ), chunks as (
           delete from chat.run_chunk c using old where c.run_id = old.id
         ), steps as (
           delete from chat.run_step s using old where s.run_id = old.id
         )
         select count(*)::int as runs from old`,
};

/**
 * Drops the chunks and the tool journal of runs that ended more than `olderThanMs` ago; their messages keep the text.
 * @returns the number of runs cleared; equal to `limit` = there may be more
 */
export async function purgeRunChunks(
  db: Database,
  { olderThanMs, limit }: { readonly olderThanMs: number; readonly limit: number },
): Promise<number> {
  return (await db.query<{ runs: number }>(PURGE, [olderThanMs, limit]))[0]?.runs ?? 0;
}
