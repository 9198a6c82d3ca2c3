import type { ShutdownEntry, ShutdownHistoryQuery } from '@holdfast/contracts';
import type { Logger } from '@holdfast/observability';
import type { ShutdownReport } from '@holdfast/shutdown';
import type { Database, Statement } from '../database.js';
import type { HistoryIdentity } from '../health/health-history.js';
import { PeriodicPurge } from '../periodic-purge.js';

/** Longest time to write a report, in ms: a shutdown does not wait for a Postgres that is away. */
const WRITE_WITHIN_MS = 800;

const PURGE_EVERY_MS = 3_600_000;
const KEPT_DAYS = 30;
const MAX_ROWS = 2_000;
const MAX_PURGED = 1_000;

const RECORD: Statement = {
  name: 'shutdown_record',
  text: `
insert into ops.shutdown (id, at, instance_id, app, reason, ms, exit_code, phases, abandoned)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do update
  set ms = excluded.ms, exit_code = excluded.exit_code, phases = excluded.phases, abandoned = excluded.abandoned`,
};

const LIST: Statement = {
  name: 'shutdown_list',
  text: `
select id, at, instance_id as "instanceId", app, reason, ms, exit_code as "exitCode", phases, abandoned
  from ops.shutdown
 where ($1::text is null or app = $1) and ($2::text is null or instance_id = $2)
   and ($3::timestamptz is null or at < $3)
 order by at desc, id
 limit $4`,
};

const PURGE: Statement = {
  name: 'shutdown_purge',
  text: `
delete from ops.shutdown where id in (
  select id from ops.shutdown
   where at < now() - make_interval(days => $1)
      or at <= (select at from ops.shutdown order by at desc offset $2 limit 1)
   order by at limit $3)`,
};

/** Keeps how processes ended in Postgres, within bounds of age and number. */
export class ShutdownHistory extends PeriodicPurge {
  private isAway = false;

  constructor(
    private readonly database: Database,
    private readonly identity: HistoryIdentity,
    private readonly logger: Logger,
  ) {
    super({ intervalMs: PURGE_EVERY_MS, what: 'shutdown history', logger });
  }

  /**
   * Writes the report, or writes it anew. Never rejects: without Postgres a report is only in the log, and one that failed
   * once is not tried again.
   */
  async keep({ id, startedAt, reason, ms, exitCode, phases, abandoned }: ShutdownReport): Promise<void> {
    if (this.isAway) return;
    const { instanceId, app } = this.identity;
    const lists = [phases, abandoned].map((list) => JSON.stringify(list));
    try {
      const values = [id, startedAt, instanceId, app, reason, ms, exitCode, ...lists];
      await this.database.query(RECORD, values, { timeoutMs: WRITE_WITHIN_MS });
    } catch (error) {
      this.isAway = true;
      this.logger.warn({ err: error }, 'the shutdown report is only in the log');
    }
  }

  /** Shutdowns of all instances, the latest first. */
  async list({ app, instanceId, before, limit }: ShutdownHistoryQuery): Promise<ShutdownEntry[]> {
    const values = [app ?? null, instanceId ?? null, before ?? null, limit];
    const rows = await this.database.query<Omit<ShutdownEntry, 'at'> & { readonly at: Date }>(LIST, values);
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  protected async purge(): Promise<void> {
    await this.database.query(PURGE, [KEPT_DAYS, MAX_ROWS, MAX_PURGED]);
  }
}
