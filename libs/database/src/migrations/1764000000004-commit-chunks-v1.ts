import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * As in append_v1, the second statement sees everything that was committed before the locks of the first. A run that
 * somebody else is about to end or to claim answers `busy`, so that it does not hold up the other runs of the worker.
 */
const UP = `
create function chat.commit_chunks_v1(
  p_run uuid[], p_attempt integer[], p_off integer[], p_length integer[], p_parts text[], p_lease_ms integer
) returns table (ord bigint, status text, length integer, cancel boolean, member_version integer)
language plpgsql
set search_path = pg_catalog
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $commit$
#variable_conflict use_column
declare
  v_locked uuid[];
begin
  select coalesce(array_agg(locked.id), '{}') into v_locked
  from (
    select r.id from chat.run r where r.id = any (p_run) order by r.id for no key update skip locked
  ) locked;

  return query
  with judged as materialized (
    select i.ord, i.run_id, i.attempt, i.off, i.length, i.parts, r.length as old_length, r.cancel_at, t.member_version,
           case
             when r.id is null or r.status in ('completed', 'failed', 'cancelled') then 'ended'
             when i.run_id <> all (v_locked) then 'busy'
             when r.status <> 'running' or r.attempt <> i.attempt then 'fenced'
             when i.length = 0 or i.off = r.length then 'accepted'
             when i.off + i.length <= r.length then 'already'
             else 'fenced'
           end as status
    from unnest(p_run, p_attempt, p_off, p_length, p_parts)
      with ordinality as i (run_id, attempt, off, length, parts, ord)
    left join chat.run r on r.id = i.run_id
    left join chat.thread t on t.id = r.thread_id
  ), renewed as (
    update chat.run r
    set length = case when j.status = 'accepted' then r.length + j.length else r.length end,
        lease_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
    from judged j
    where r.id = j.run_id and j.status in ('accepted', 'already')
    returning r.id, r.length
  ), written as (
    insert into chat.run_chunk (run_id, attempt, off, parts)
    select j.run_id, j.attempt, j.off, j.parts::jsonb
    from judged j
    where j.status = 'accepted' and j.length > 0
  )
  select j.ord, j.status, coalesce(n.length, j.old_length, 0), j.cancel_at is not null, coalesce(j.member_version, 0)
  from judged j left join renewed n on n.id = j.run_id
  order by j.ord;
end
$commit$;
`;

const DOWN = `
drop function chat.commit_chunks_v1(uuid[], integer[], integer[], integer[], text[], integer);
`;

/** The group commit of streamed output, in one round trip. */
export class CommitChunksV11764000000004 implements MigrationInterface {
  readonly name = 'CommitChunksV11764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
