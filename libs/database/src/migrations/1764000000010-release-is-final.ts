import type { MigrationInterface, QueryRunner } from 'typeorm';

const commitChunks = (fence: string): string => `
create or replace function chat.commit_chunks_v1(
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
             when r.status <> 'running' or r.attempt <> i.attempt ${fence}then 'fenced'
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

const UP = `
alter table chat.run add column lost_attempts integer not null default 0;
${commitChunks('or r.lease_owner is null ')}`;

const DOWN = `
${commitChunks('')}
alter table chat.run drop column lost_attempts;
`;

/**
 * Giving a run back is final: a commit that was under way must not take the lease up again for a worker that has left.
 * And it costs no attempt: only those that lost their worker are counted.
 */
export class ReleaseIsFinal1764000000010 implements MigrationInterface {
  readonly name = 'ReleaseIsFinal1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
