import { Injectable } from '@nestjs/common';
import type { ClientErrorGroup, ClientErrorQuery, ClientErrorReport } from '@holdfast/contracts';
import { Database, type Statement } from '@holdfast/database';

/** A report is recognised as a copy for this long; clients give up earlier. */
const IDS_KEPT_DAYS = 8;
const GROUPS_KEPT_DAYS = 30;
/** Groups of this many faults are kept, the ones that were heard of last. */
const MAX_GROUPS = 5_000;

const RECORD: Statement = {
  name: 'client_error_record',
  text: `
with report as (
  select distinct on (id) * from jsonb_to_recordset($1::jsonb)
    as r (id uuid, fingerprint text, release text, level text, name text, count bigint, at timestamptz, report jsonb)
  order by id
), fresh as (
  insert into ops.client_error (id) select id from report on conflict (id) do nothing returning id
), grouped as (
  select r.fingerprint, r.release, (array_agg(r.level order by r.at desc))[1] as level,
         (array_agg(r.name order by r.at desc))[1] as name, sum(r.count) as count,
         min(r.at) as first_at, max(r.at) as last_at, (array_agg(r.report order by r.at desc))[1] as sample
  from report r join fresh using (id)
  group by r.fingerprint, r.release
  order by r.fingerprint, r.release
), kept as (
  insert into ops.client_error_group as g (fingerprint, release, level, name, count, first_at, last_at, sample)
  select fingerprint, release, level, name, count, first_at, last_at, sample from grouped
  on conflict (fingerprint, release) do update set
    count = g.count + excluded.count,
    last_at = greatest(g.last_at, excluded.last_at),
    sample = excluded.sample
)
select id from fresh`,
};

const LIST: Statement = {
  name: 'client_error_list',
  text: `
select fingerprint, release, level, name, count::float8 as count, first_at as "firstAt", last_at as "lastAt", sample
from ops.client_error_group
where $1::text is null or release = $1
order by last_at desc
limit $2`,
};

const PURGE_IDS: Statement = {
  name: 'client_error_purge_ids',
  text: `delete from ops.client_error where received_at < now() - make_interval(days => $1)`,
};

const PURGE_GROUPS: Statement = {
  name: 'client_error_purge_groups',
  text: `
delete from ops.client_error_group
where last_at < now() - make_interval(days => $1)
   or last_at < (select last_at from ops.client_error_group order by last_at desc offset $2 limit 1)`,
};

type GroupRow = Omit<ClientErrorGroup, 'firstAt' | 'lastAt'> & { readonly firstAt: Date; readonly lastAt: Date };

/** What clients reported, grouped by fault and release, within bounds of age and number. */
@Injectable()
export class ClientErrorStore {
  constructor(private readonly database: Database) {}

  /** Counts the reports that are new and returns their ids. */
  async record(reports: readonly ClientErrorReport[]): Promise<ReadonlySet<string>> {
    const rows = reports.map((report) => {
      const { id, fingerprint, release, level, name, count, at } = report;
      return { id, fingerprint, release, level, name, count, at, report };
    });
    const fresh = await this.database.query<{ readonly id: string }>(RECORD, [JSON.stringify(rows)]);
    return new Set(fresh.map(({ id }) => id));
  }

  /** The groups that were heard of last. */
  async list({ release, limit }: ClientErrorQuery): Promise<ClientErrorGroup[]> {
    const rows = await this.database.query<GroupRow>(LIST, [release ?? null, limit]);
    return rows.map((row) => ({ ...row, firstAt: row.firstAt.toISOString(), lastAt: row.lastAt.toISOString() }));
  }

  async purge(): Promise<void> {
    await this.database.query(PURGE_IDS, [IDS_KEPT_DAYS]);
    await this.database.query(PURGE_GROUPS, [GROUPS_KEPT_DAYS, MAX_GROUPS]);
  }
}
