import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Ids of reports, so that each counts once however often it is sent.
create table ops.client_error (
  id uuid primary key,
  received_at timestamptz not null default now()
);
create index client_error_received_idx on ops.client_error (received_at);

-- Reports of the same fault in the same release.
create table ops.client_error_group (
  fingerprint text not null,
  release text not null,
  level text not null,
  name text not null,
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  sample jsonb not null,
  primary key (fingerprint, release)
);
create index client_error_group_last_idx on ops.client_error_group (last_at desc);
`;

const DOWN = `
drop table ops.client_error_group;
drop table ops.client_error;
`;

/** Faults that clients report. */
export class ClientErrors1764000000005 implements MigrationInterface {
  readonly name = 'ClientErrors1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
