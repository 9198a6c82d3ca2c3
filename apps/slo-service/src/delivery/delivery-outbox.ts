import { Inject, Injectable } from '@nestjs/common';
import type { Statement, Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import type { AlertNotice } from './alert-notice.js';
import { dedupKeyOf } from './outbox/dedup-key.js';
import { DELIVERY_SETTINGS, type DeliverySettings } from './delivery-settings.js';
import { lockKey } from './outbox/key-lock.js';
import { storableJson } from './outbox/storable-json.js';
import type { AlertTarget } from './targets/alert-target.port.js';

/** A silence counts from now on: what was decided under another clock has no part in it. */
const TRIGGER: Statement = {
  name: 'delivery_trigger',
  text: `
insert into slo.delivery (target, dedup_key, action, severity, notice, status)
select target, $2, 'trigger', $3, $4::jsonb,
       case when exists (select from slo.silence
                          where (slo is null or slo = $5) and now() >= starts_at and now() < ends_at)
            then 'silenced' else 'waiting' end
  from unnest($1::text[]) with ordinality as t (target, n)
 order by n
returning target, status`,
};

/**
 * A resolve follows the triggers of its incident: it is sent where one of them was, or is going to be, and kept back where
 * all were silenced. A silence alone does not hold it back. The one in reserve hears of the end only if it was called.
 */
const RESOLVE: Statement = {
  name: 'delivery_resolve',
  text: `
insert into slo.delivery (target, dedup_key, action, severity, notice, status)
select target, $2, 'resolve', $3, $4::jsonb, case when told is false then 'silenced' else 'waiting' end
  from (select target, n, (select bool_or(d.status <> 'silenced') from slo.delivery d
                            where d.target = t.target and d.dedup_key = $2 and d.action = 'trigger'
                              and d.notice->>'incident' = $5) as told
          from unnest($1::text[]) with ordinality as t (target, n)) as each
 where told or target is distinct from $6
 order by n
returning target, status`,
};

interface Written {
  readonly target: string;
  readonly status: 'waiting' | 'silenced';
}

/** Puts notices on their way, in the transaction that changes what they tell of. */
@Injectable()
export class DeliveryOutbox {
  constructor(@Inject(DELIVERY_SETTINGS) private readonly settings: DeliverySettings) {}

  /** Writes one row per notice and target; they are sent once the transaction has committed. */
  async enqueue(tx: Tx, notices: readonly AlertNotice[]): Promise<void> {
    const keyed = notices.map((notice) => ({ notice, key: dedupKeyOf(notice, this.settings.scope) }));
    // In one order, so that two callers never wait for each other.
    for (const key of [...new Set(keyed.map((each) => each.key))].sort()) await lockKey(tx, key);
    for (const { notice, key } of keyed) {
      const silenced = (await this.write(tx, notice, key)).filter(({ status }) => status === 'silenced');
      for (const { target } of silenced) {
        metrics.counter('holdfast_alert_deliveries_total').inc({ target: this.kindOf(target), outcome: 'silenced' });
      }
    }
  }

  private write(tx: Tx, notice: AlertNotice, key: string): Promise<Written[]> {
    const { targets, fallback = null } = this.settings;
    const names = targets.map(({ name }) => name);
    const { severity, slo, incident } = notice;
    const json = storableJson(notice);
    if (notice.action === 'resolve') {
      return tx.query<Written>(RESOLVE, [names, key, severity, json, incident, fallback]);
    }
    return tx.query<Written>(TRIGGER, [names.filter((name) => name !== fallback), key, severity, json, slo]);
  }

  private kindOf(name: string): string {
    return this.settings.targets.find((target: AlertTarget) => target.name === name)?.kind ?? 'unknown';
  }
}
