import { Inject, Injectable } from '@nestjs/common';
import { Database, PeriodicPurge, type Statement } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';

const INTERVAL_MS = 600_000;
const KEPT_DAYS = 90;
const AT_ONCE = 5_000;

/** The newest of each key stays: what it says may still hold. */
const PURGE: Statement = {
  name: 'delivery_purge',
  text: `
delete from slo.delivery where id in (
  select d.id from slo.delivery d
   where d.status <> 'waiting' and d.created_at < now() - make_interval(days => $1)
     and exists (select from slo.delivery e where e.target = d.target and e.dedup_key = d.dedup_key and e.id > d.id)
   order by d.id limit $2)`,
};

/** Drops notices of long ago. */
@Injectable()
export class DeliveryRetention extends PeriodicPurge {
  constructor(
    private readonly database: Database,
    @Inject(LOGGER) logger: Logger,
  ) {
    super({ intervalMs: INTERVAL_MS, what: 'delivered alerts', logger });
  }

  protected override async purge(): Promise<void> {
    await this.database.query(PURGE, [KEPT_DAYS, AT_ONCE]);
  }
}
