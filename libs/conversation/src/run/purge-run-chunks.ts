import type { Database } from '@holdfast/database';

const PURGE = {
  name: 'chunks_purge',
  text: `with old as (
           select r.id from chat.run r
           where r.ended_at < clock_timestamp() - make_interval(secs => $1 / 1000.0)
             and (exists (select from chat.run_chunk c where c.run_id = r.id)
                  or exists (select from chat.run_step s where s.run_id = r.id))
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
