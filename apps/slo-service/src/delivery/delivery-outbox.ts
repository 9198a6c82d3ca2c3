import { Inject, Injectable } from '@nestjs/common';
import type { Statement, Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import type { AlertNotice } from './alert-notice.js';
import { dedupKeyOf, groupKeyOf } from './outbox/dedup-key.js';
import { DELIVERY_SETTINGS, kindOf, type DeliverySettings } from './delivery-settings.js';
import { lockKey } from './outbox/key-lock.js';
import { WAS_TOLD } from './outbox/row-conditions.js';
import { storableJson } from './outbox/storable-json.js';

/**
 * When a notice is due. $8 targets that take a group in one message, $9 how long it waits for others, in ms. The pause after
 * a message is no part of it: a message may be on its way now.
 */
const DUE = `
now() + make_interval(secs => case when target = any($8::text[]) then $9::float8 / 1000 else 0 end)`;

/** A silence counts from now on: what was decided under another clock has no part in it. $7 key of its group. */
const TRIGGER: Statement = {
  name: 'delivery_trigger',
  text: `
insert into slo.delivery (target, dedup_key, action, severity, notice, group_key, next_at, status)
select target, $2, 'trigger', $3, $4::jsonb, $7, ${DUE},
       case when exists (select from slo.silence
                          where (slo is null or slo = $5) and now() >= starts_at and now() < ends_at)
            then 'silenced' else 'waiting' end
  from unnest($1::text[]) with ordinality as t (target, n)
 where target is distinct from $6
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
insert into slo.delivery (target, dedup_key, action, severity, notice, group_key, next_at, status)
select target, $2, 'resolve', $3, $4::jsonb, $7, due, case when told is false then 'silenced' else 'waiting' end
  from (select target, n, ${DUE} as due, (select bool_or(${WAS_TOLD}) from slo.delivery t
                            where t.target = each.target and t.dedup_key = $2 and t.action = 'trigger'
                              and t.notice->>'incident' = $5) as told
          from unnest($1::text[]) with ordinality as each (target, n)) as each
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
        const labels = { target: kindOf(this.settings, target), outcome: 'silenced' };
        metrics.counter('holdfast_alert_deliveries_total').inc(labels);
      }
    }
  }

  private write(tx: Tx, notice: AlertNotice, key: string): Promise<Written[]> {
    const { targets, fallback = null, scope, times } = this.settings;
    const names = targets.map(({ name }) => name);
    const { severity, slo, incident } = notice;
    const json = storableJson(notice);
    const grouping = targets.filter(({ groupOf }) => groupOf !== undefined).map(({ name }) => name);
    const group = [groupKeyOf(notice, scope), grouping, times.groupWaitMs];
    if (notice.action === 'resolve') {
      return tx.query<Written>(RESOLVE, [names, key, severity, json, incident, fallback, ...group]);
    }
    return tx.query<Written>(TRIGGER, [names, key, severity, json, slo, fallback, ...group]);
  }
}
