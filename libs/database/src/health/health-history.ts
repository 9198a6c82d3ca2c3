import type { HealthHistoryQuery, HealthTransitionEntry } from '@holdfast/contracts';
import { metrics, type Logger } from '@holdfast/observability';
import type { HealthTransition } from '@holdfast/health';
import type { Database, Statement } from '../database.js';
import { PeriodicPurge } from '../periodic-purge.js';

/** Who this process is, in the history. */
export interface HistoryIdentity {
  readonly app: string;
  readonly instanceId: string;
}

/** Changes that wait while Postgres is away; older ones are dropped and counted. */
const MAX_PENDING = 500;

/** Pause before what could not be written is tried again, in ms. */
const RETRY_MS = 5_000;

const PURGE_EVERY_MS = 3_600_000;
const KEPT_DAYS = 30;
const MAX_ROWS = 20_000;
const MAX_PURGED = 10_000;

const RECORD: Statement = {
  name: 'health_history_record',
  text: `
insert into ops.health_transition (at, instance_id, app, check_name, from_state, to_state, reason, scope)
select at, $2, $3, "check", "from", "to", reason, scope from jsonb_to_recordset($1::jsonb)
  as t (at timestamptz, "check" text, "from" text, "to" text, reason text, scope text)`,
};

const LIST: Statement = {
  name: 'health_history_list',
  text: `
select at, instance_id as "instanceId", app, check_name as "check", from_state as "from", to_state as "to", reason, scope
  from ops.health_transition
 where ($1::text is null or check_name = $1) and ($2::text is null or instance_id = $2)
   and ($3::timestamptz is null or at < $3)
 order by at desc, id desc
 limit $4`,
};

const PURGE: Statement = {
  name: 'health_history_purge',
  text: `
delete from ops.health_transition where id in (
  select id from ops.health_transition
   where at < now() - make_interval(days => $1)
      or id <= (select id from ops.health_transition order by id desc offset $2 limit 1)
   order by id limit $3)`,
};

/** Keeps the changes of this process's health checks in Postgres, within bounds of age and number. */
export class HealthHistory extends PeriodicPurge {
  private pending: HealthTransition[] = [];
  private writing = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly identity: HistoryIdentity,
    logger: Logger,
  ) {
    super({ intervalMs: PURGE_EVERY_MS, what: 'health history', logger });
  }

  /** Takes a change; it is written now, or as soon as Postgres is back. Never rejects. */
  add(transition: HealthTransition): void {
    this.pending.push(transition);
    if (this.pending.length > MAX_PENDING) {
      this.pending.shift();
      metrics.counter('holdfast_health_history_dropped_total').inc();
    }
    if (this.retry === undefined) void this.write();
  }

  /** Changes of all instances, the latest first. */
  async list({ check, instanceId, before, limit }: HealthHistoryQuery): Promise<HealthTransitionEntry[]> {
    const rows = await this.database.query<Omit<HealthTransitionEntry, 'at'> & { readonly at: Date }>(LIST, [
      check ?? null,
      instanceId ?? null,
      before ?? null,
      limit,
    ]);
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  override onModuleDestroy(): void {
    super.onModuleDestroy();
    clearTimeout(this.retry);
  }

  protected async purge(): Promise<void> {
    await this.database.query(PURGE, [KEPT_DAYS, MAX_ROWS, MAX_PURGED]);
  }

  private async write(): Promise<void> {
    if (this.writing || this.pending.length === 0) return;
    this.writing = true;
    const batch = this.pending;
    this.pending = [];
    try {
      const { instanceId, app } = this.identity;
      await this.database.query(RECORD, [JSON.stringify(batch), instanceId, app]);
    } catch {
      this.pending = [...batch, ...this.pending].slice(-MAX_PENDING);
      this.retry = setTimeout(() => {
        this.retry = undefined;
        void this.write();
      }, RETRY_MS).unref();
    } finally {
      this.writing = false;
    }
    if (this.retry === undefined) await this.write();
  }
}
