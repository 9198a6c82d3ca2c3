import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Two statements, because each one inside a function of read committed sees a fresh snapshot: the first takes the locks,
 * so that the second sees everything that earlier holders of these locks have committed. Nothing between the snapshot of
 * the second and its end can change a locked thread's log, members or runs: all of them are written under this lock.
 *
 * The planner settings pin index probes: a plan made while the tables were empty would scan them for ever.
 */
const UP = `
create function chat.append_v1(
  p_thread uuid[], p_tenant uuid[], p_sender uuid[], p_client uuid[], p_id uuid[], p_data text[], p_hash text[]
) returns table (
  ord bigint, outcome text, seq bigint, id uuid, at timestamptz, run_id uuid, ring boolean, member_version integer
)
language plpgsql
set search_path = pg_catalog
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $append$
#variable_conflict use_column
declare
  v_locked uuid[];
  v_at timestamptz;
begin
  select coalesce(array_agg(locked.id), '{}') into v_locked
  from (
    select t.id from chat.thread t where t.id = any (p_thread) order by t.id for no key update skip locked
  ) locked;
  v_at := clock_timestamp();

  return query
  with input as (
    select i.*
    from unnest(p_thread, p_tenant, p_sender, p_client, p_id, p_data, p_hash)
      with ordinality as i (thread_id, tenant_id, sender_id, client_id, id, data, hash, ord)
  ), judged as materialized (
    select i.ord, i.thread_id, i.tenant_id, i.sender_id, i.client_id, i.id, i.data, i.hash,
           d.seq as old_seq, d.id as old_id, d.at as old_at, d.run_id as old_run_id, t.member_version,
           case
             when t.id is null or t.tenant_id <> i.tenant_id then 'forbidden'
             when i.thread_id <> all (v_locked) then 'busy'
             when d.type = 'message.sent' and (d.body_hash is null or d.body_hash = decode(i.hash, 'hex')) then 'duplicate'
             when d.id is not null then 'conflict'
             when m.user_id is null then 'forbidden'
             when t.deleted_at is not null then 'gone'
             else 'appended'
           end as outcome
    from input i
    left join chat.thread t on t.id = i.thread_id
    left join chat.member m on m.thread_id = i.thread_id and m.user_id = i.sender_id
    left join lateral (
      select e.seq, e.id, e.type, e.at, e.run_id, e.body_hash
      from chat.event e
      where e.thread_id = i.thread_id and e.sender_id = i.sender_id and e.client_id = i.client_id
    ) d on true
  ), fresh as materialized (
    select j.ord, j.thread_id, j.tenant_id, j.sender_id, j.client_id, j.id, j.data::jsonb as data, j.hash,
           row_number() over (partition by j.thread_id order by j.ord) as n
    from judged j
    where j.outcome = 'appended'
  ), moved as (
    update chat.thread t
    set head = t.head + f.n, active_at = v_at
    from (select thread_id, count(*) as n from fresh group by thread_id) f
    where t.id = f.thread_id
    returning t.id as thread_id, t.tenant_id, t.head - f.n as base, t.agent_id, t.agent_mode
  ), answering as (
    select v.thread_id, v.tenant_id, v.agent_id, u.name,
           case when v.agent_mode <> 'auto' then v.agent_mode
                when (select count(*) from chat.member m join chat.app_user h on h.id = m.user_id
                      where m.thread_id = v.thread_id and h.kind <> 'agent') = 1 then 'every'
                else 'mention' end as mode
    from moved v join chat.app_user u on u.id = v.agent_id
    where v.agent_mode <> 'off'
  ), asking as materialized (
    select f.ord, f.id, f.thread_id, a.tenant_id, a.agent_id
    from fresh f join answering a on a.thread_id = f.thread_id
    where a.mode = 'every' or (a.mode = 'mention' and chat.mentions_v1(f.data, a.name))
  ), question as materialized (
    select distinct on (k.thread_id) k.thread_id, k.tenant_id, k.agent_id, k.id
    from asking k
    order by k.thread_id, k.ord
  ), waiting as materialized (
    select r.id as run_id, r.thread_id, r.mode
    from question q join chat.run r on r.thread_id = q.thread_id and r.status = 'queued'
  ), widened as (
    -- A retry that a new message joins becomes an ordinary run: one answer covers both.
    update chat.run r
    set mode = 'answer', input_seq = null
    from waiting w
    where r.id = w.run_id and w.mode <> 'answer'
  ), queued as (
    insert into chat.run (id, thread_id, tenant_id, agent_id, trigger_event_id, status, created_at)
    select gen_random_uuid(), q.thread_id, q.tenant_id, q.agent_id, q.id, 'queued', v_at
    from question q
    where not exists (select from waiting w where w.thread_id = q.thread_id)
    returning id as run_id, thread_id
  ), answer as (
    select run_id, thread_id from waiting
    union all
    select run_id, thread_id from queued
  ), written as (
    insert into chat.event (thread_id, seq, id, tenant_id, type, sender_id, client_id, run_id, data, body_hash, at)
    select f.thread_id, v.base + f.n, f.id, f.tenant_id, 'message.sent', f.sender_id, f.client_id, r.run_id, f.data,
           decode(f.hash, 'hex'), v_at
    from fresh f
    join moved v on v.thread_id = f.thread_id
    left join asking k on k.ord = f.ord
    left join answer r on r.thread_id = k.thread_id
    order by f.ord
    returning id, seq, at, run_id
  )
  select j.ord, j.outcome, coalesce(w.seq, j.old_seq), coalesce(w.id, j.old_id), coalesce(w.at, j.old_at),
         coalesce(w.run_id, j.old_run_id), w.run_id is not null, j.member_version
  from judged j
  left join written w on j.outcome = 'appended' and w.id = j.id
  order by j.ord;
end
$append$;
`;

const DOWN = `
drop function chat.append_v1(uuid[], uuid[], uuid[], uuid[], uuid[], text[], text[]);
`;

/** The append of messages, in one round trip. */
export class AppendV11764000000002 implements MigrationInterface {
  readonly name = 'AppendV11764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
