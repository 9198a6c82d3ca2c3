import { Inject, Injectable } from '@nestjs/common';
import type { Statement, Tx } from '@holdfast/database';
import { metrics } from '@holdfast/observability';
import type { AlertNotice } from './alert-notice.js';
import { dedupKeyOf, groupKeyOf } from './outbox/dedup-key.js';
import { DELIVERY_SETTINGS, type DeliverySettings } from './delivery-settings.js';
import { lockKey } from './outbox/key-lock.js';
import { storableJson } from './outbox/storable-json.js';
import type { AlertTarget } from './targets/alert-target.port.js';

/**
 * When a notice is due. $7 key of its group, $8 targets that take a group in one message, $9 how long it waits for others,
 * $10 the pause between two messages, in ms. Whatever of a group is due takes along what waits.
 */
const DUE = (isUrgent: string): string => `
case when target <> all($8::text[]) then now()
     else greatest(now() + make_interval(secs => $9::float8 / 1000),
                   case when not (${isUrgent}) then
                     (select max(g.delivered_at) from slo.delivery g
                       where g.target = t.target and coalesce(g.group_key, g.dedup_key) = $7)
                     + make_interval(secs => $10::float8 / 1000) end)
end`;

/** A silence counts from now on: what was decided under another clock has no part in it. */
const TRIGGER: Statement = {
  name: 'delivery_trigger',
  text: `
insert into slo.delivery (target, dedup_key, action, severity, notice, group_key, next_at, status)
select target, $2, 'trigger', $3, $4::jsonb, $7, ${DUE(`$3 = 'critical'`)},
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
  from (select target, n, ${DUE('false')} as due, (select bool_or(d.status <> 'silenced') from slo.delivery d
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
    const { targets, fallback = null, scope, times } = this.settings;
    const names = targets.map(({ name }) => name);
    const { severity, slo, incident } = notice;
    const json = storableJson(notice);
    const grouping = targets.filter(({ groupOf }) => groupOf !== undefined).map(({ name }) => name);
    const group = [groupKeyOf(notice, scope), grouping, times.groupWaitMs, times.groupIntervalMs];
    if (notice.action === 'resolve') {
      return tx.query<Written>(RESOLVE, [names, key, severity, json, incident, fallback, ...group]);
    }
    return tx.query<Written>(TRIGGER, [names, key, severity, json, slo, fallback, ...group]);
  }

  private kindOf(name: string): string {
    return this.settings.targets.find((target: AlertTarget) => target.name === name)?.kind ?? 'unknown';
  }
}
