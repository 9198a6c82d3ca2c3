import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- What a producer says of one bucket: the newest absolute counts of an epoch. Partitioned by day, kept for days.
create table slo.source_bucket (
  t timestamptz not null,
  width_s integer not null,
  slo text not null,
  dims text not null,
  region text not null,
  source text not null,
  epoch text not null,
  good bigint not null,
  bad bigint not null,
  excluded bigint not null,
  primary key (slo, t, width_s, dims, region, source, epoch)
) partition by range (t);
-- Whatever no partition of a day was made for; it is emptied like the others.
create table slo.source_bucket_default partition of slo.source_bucket default;

-- Minutes whose source rows changed since they were summed up.
create table slo.dirty_minute (
  slo text not null,
  t timestamptz not null,
  marked_at timestamptz not null default now(),
  primary key (slo, t)
);

create table slo.minute (
  slo text not null,
  t timestamptz not null,
  good bigint not null,
  bad bigint not null,
  excluded bigint not null,
  primary key (slo, t)
);
create table slo.hour (
  slo text not null,
  t timestamptz not null,
  good bigint not null,
  bad bigint not null,
  excluded bigint not null,
  primary key (slo, t)
);

-- Lives of producers: what is known of them, and of what they left behind.
create table slo.epoch (
  region text not null,
  source text not null,
  epoch text not null,
  slos text[] not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  max_seq bigint not null,
  final_seq bigint,
  primary key (region, source, epoch)
);
create index epoch_last_idx on slo.epoch (last_at);

-- What was refused or clamped, per producer and day.
create table slo.refusal (
  day date not null,
  source text not null,
  code text not null,
  count bigint not null,
  primary key (day, source, code)
);

-- Definitions are never changed, only followed by another revision.
create table slo.definition (
  id text not null,
  revision integer not null,
  body jsonb not null,
  is_deleted boolean not null default false,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (id, revision)
);

-- Alerts of one SLO and what is known of it: one row, written by one evaluator at a time.
create table slo.state (
  slo text primary key,
  version bigint not null default 0,
  as_of timestamptz not null,
  alerts jsonb not null,
  status jsonb not null
);

-- What an alert did, for whoever looks back.
create table slo.alert_event (
  id bigint generated always as identity primary key,
  slo text not null,
  kind text not null,
  incident text not null,
  transition text not null,
  severity text,
  at timestamptz not null,
  detail jsonb not null
);
create index alert_event_slo_idx on slo.alert_event (slo, id desc);

create table slo.silence (
  id uuid primary key,
  slo text,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  check (ends_at > starts_at)
);

create table slo.correction (
  id uuid primary key,
  slo text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  check (ends_at > starts_at)
);

-- Notices on their way to people: written with the change that they tell of, sent in the order of their key.
create table slo.delivery (
  id bigint generated always as identity primary key,
  target text not null,
  dedup_key text not null,
  action text not null check (action in ('trigger', 'resolve')),
  severity text not null,
  notice jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'dead', 'silenced')),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  last_code text,
  created_at timestamptz not null default now(),
  delivered_at timestamptz
);
create index delivery_waiting_idx on slo.delivery (next_at) where status = 'waiting';
create index delivery_key_idx on slo.delivery (target, dedup_key, id);
`;

const DOWN = `
drop schema slo cascade;
create schema slo;
`;

/** Service level objectives: reports of the producers, their sums, definitions, alerts and notices. */
export class Slo1764000000009 implements MigrationInterface {
  readonly name = 'Slo1764000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
