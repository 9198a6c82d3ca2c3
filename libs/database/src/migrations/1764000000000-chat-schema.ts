import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create schema chat;
create schema slo;
create schema ops;

create table chat.tenant (
  id uuid not null constraint tenant_pkey primary key,
  slug text not null constraint tenant_slug_key unique,
  name text not null,
  created_at timestamptz not null default now()
);

create table chat.app_user (
  id uuid not null constraint app_user_pkey primary key,
  tenant_id uuid not null constraint app_user_tenant_fkey references chat.tenant (id),
  subject text not null,
  name text not null,
  kind text not null constraint app_user_kind_check check (kind in ('human', 'guest', 'agent')),
  created_at timestamptz not null default now(),
  erased_at timestamptz,
  constraint app_user_subject_key unique (tenant_id, subject)
);

create table chat.agent (
  user_id uuid not null constraint agent_pkey primary key constraint agent_user_fkey references chat.app_user (id),
  description text not null default '',
  provider text not null constraint agent_provider_check check (provider in ('guide', 'openai')),
  config jsonb not null default '{}'
);

create table chat.thread (
  id uuid not null constraint thread_pkey primary key,
  tenant_id uuid not null constraint thread_tenant_fkey references chat.tenant (id),
  title text not null,
  agent_id uuid constraint thread_agent_fkey references chat.agent (user_id),
  agent_mode text not null default 'auto' constraint thread_agent_mode_check check (agent_mode in ('auto', 'every', 'mention', 'off')),
  head bigint not null default 0,
  member_version integer not null default 1,
  created_by uuid,
  created_at timestamptz not null,
  active_at timestamptz not null,
  archived_at timestamptz,
  deleted_at timestamptz
) with (fillfactor = 80);

create table chat.member (
  thread_id uuid not null constraint member_thread_fkey references chat.thread (id) on delete cascade,
  user_id uuid not null constraint member_user_fkey references chat.app_user (id),
  role text not null constraint member_role_check check (role in ('owner', 'member')),
  joined_at timestamptz not null,
  constraint member_pkey primary key (thread_id, user_id)
);
create index member_user_idx on chat.member (user_id, thread_id);

create table chat.event (
  thread_id uuid not null constraint event_thread_fkey references chat.thread (id) on delete cascade,
  seq bigint not null,
  id uuid not null constraint event_id_key unique,
  tenant_id uuid not null,
  type text not null,
  sender_id uuid,
  client_id uuid,
  target_id uuid,
  run_id uuid,
  data jsonb not null,
  body_hash bytea,
  current boolean not null default true,
  v smallint not null default 1,
  at timestamptz not null,
  erased_at timestamptz,
  constraint event_pkey primary key (thread_id, seq),
  constraint event_client_key unique (thread_id, sender_id, client_id)
);
create index event_target_idx on chat.event (thread_id, target_id, seq) where target_id is not null;
create index event_message_idx on chat.event (thread_id, seq) where type = 'message.sent';
create index event_sender_idx on chat.event (sender_id) where sender_id is not null;

create table chat.run (
  id uuid not null constraint run_pkey primary key,
  thread_id uuid not null constraint run_thread_fkey references chat.thread (id) on delete cascade,
  tenant_id uuid not null,
  agent_id uuid not null constraint run_agent_fkey references chat.agent (user_id),
  trigger_event_id uuid not null,
  status text not null constraint run_status_check check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  mode text not null default 'answer' constraint run_mode_check check (mode in ('answer', 'regenerate', 'continue')),
  attempt integer not null default 0,
  input_seq bigint,
  length integer not null default 0,
  lease_until timestamptz,
  lease_owner text,
  cancel_at timestamptz,
  retry_of uuid,
  command_id uuid,
  message_id uuid,
  error jsonb,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz
) with (fillfactor = 80);
create unique index run_running_key on chat.run (thread_id) where status = 'running';
create unique index run_queued_key on chat.run (thread_id) where status = 'queued';
create unique index run_command_key on chat.run (thread_id, command_id);
create index run_live_idx on chat.run (created_at) where status in ('queued', 'running');

create table chat.run_chunk (
  run_id uuid not null constraint run_chunk_run_fkey references chat.run (id) on delete cascade,
  attempt integer not null,
  off integer not null,
  parts jsonb not null,
  constraint run_chunk_pkey primary key (run_id, attempt, off)
);

create table chat.run_step (
  run_id uuid not null constraint run_step_run_fkey references chat.run (id) on delete cascade,
  step integer not null,
  tool text not null,
  args_hash text not null,
  result jsonb not null,
  created_at timestamptz not null,
  constraint run_step_pkey primary key (run_id, step, tool, args_hash)
);

create table chat.read_marker (
  thread_id uuid not null constraint read_marker_thread_fkey references chat.thread (id) on delete cascade,
  user_id uuid not null constraint read_marker_user_fkey references chat.app_user (id),
  seq bigint not null,
  marked_at timestamptz not null,
  constraint read_marker_pkey primary key (thread_id, user_id)
);
`;

const DOWN = `
drop schema ops;
drop schema slo;
drop table chat.read_marker, chat.run_step, chat.run_chunk, chat.run, chat.event, chat.member, chat.thread, chat.agent,
  chat.app_user, chat.tenant;
drop schema chat;
`;

/** Tables of the conversation, and the empty schemas of the other writing apps. */
export class ChatSchema1764000000000 implements MigrationInterface {
  readonly name = 'ChatSchema1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
