import type { Database, Statement } from '@holdfast/database';
import type { AlertNotice } from '../alert-notice.js';
import { IS_LEASED, MAY_SPEAK } from '../outbox/row-conditions.js';
import type { Dispatch } from '../payload/dispatch.js';

/** A dispatch that this process may send until the lease ends. */
export interface Claim extends Dispatch {
  readonly target: string;
  /** Number of this try; a later one fences it. */
  readonly attempt: number;
}

/** The outbox of one target, as its lane sees it. */
export interface LaneStore {
  /** Takes what is due for `target`; until the lease ends nobody else does. */
  claim(target: string, limit: number): Promise<Claim[]>;
  /** Takes what `target` has to be reminded of. */
  claimReminders(target: string, limit: number, resolvedForMs: number): Promise<Claim[]>;
  /** Records how a try ended. */
  settle(claim: Claim, settlement: Settlement): Promise<Settled>;
  /** Records a reminder and when the next is due, in ms from now. */
  reminded(claim: Claim, code: string, nextMs: number): Promise<void>;
}

/** What becomes of a row after a try. */
export interface Settlement {
  readonly status: 'delivered' | 'dead' | 'waiting';
  readonly code: string;
  /** Pause before the next try, or before the reminder, in ms. */
  readonly nextMs: number;
}

/** `fenced` if the row has gone on without the try, `split` if the alerts of a refused message go one by one now. */
export type Settled = Settlement['status'] | 'fenced' | 'split';

export interface DeliveryRow {
  readonly id: string;
  readonly target: string;
  readonly dedup_key: string;
  readonly notice: AlertNotice;
  readonly attempts: number;
  readonly started_at: number | null;
}

/** What is known of the row `d`. */
export const DELIVERY_ROW = `
d.id::text, d.target, d.dedup_key, d.notice, d.attempts,
  (select min((e.notice->>'at')::float8) from slo.delivery e
    where e.target = d.target and e.dedup_key = d.dedup_key
      and e.notice->>'incident' = d.notice->>'incident') as started_at`;

/**
 * Only the oldest that waits of each key: a resolve never overtakes its trigger. What is critical and due behind it pulls it
 * forward, once: what is behind a try that fails is put off with it. The lease is `next_at`.
 */
const CLAIM: Statement = {
  name: 'delivery_claim',
  text: `
with due as (
  select d.id, d.target, d.dedup_key from slo.delivery d
   where d.target = $1 and d.status = 'waiting' and ${MAY_SPEAK} and not ${IS_LEASED}
     and (d.next_at <= clock_timestamp()
          or exists (select from slo.delivery u
                      where u.target = d.target and u.dedup_key = d.dedup_key and u.status = 'waiting' and u.id > d.id
                        and u.action = 'trigger' and u.severity = 'critical' and u.next_at <= clock_timestamp()))
     and not exists (select from slo.delivery e
                      where e.target = d.target and e.dedup_key = d.dedup_key and e.status = 'waiting' and e.id < d.id)
   order by d.next_at, d.id
   limit $2
   for update skip locked),
behind as (
  update slo.delivery d set at_once = true from due
   where d.target = due.target and d.dedup_key = due.dedup_key and d.status = 'waiting' and d.id > due.id
     and not d.at_once)
update slo.delivery d
   set attempts = d.attempts + 1, sending = true,
       next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
  from due
 where d.id = due.id
returning ${DELIVERY_ROW}`,
};

/** The newest of each key that was sent, as long as the target has to hear of it: a trigger until its resolve exists. */
const CLAIM_REMINDERS: Statement = {
  name: 'delivery_claim_reminders',
  text: `
with due as (
  select d.id from slo.delivery d
   where d.target = $1 and d.status = 'delivered' and d.next_at <= clock_timestamp()
     and (d.action = 'trigger' or d.delivered_at > clock_timestamp() - make_interval(secs => $4::float8 / 1000))
     and not exists (select from slo.delivery e
                      where e.target = d.target and e.dedup_key = d.dedup_key and e.id > d.id
                        and (e.status = 'delivered' or e.action = 'resolve'))
   order by d.next_at, d.id
   limit $2
   for update skip locked)
update slo.delivery d
   set next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
  from due
 where d.id = due.id
returning ${DELIVERY_ROW}`,
};

/** $1 ids, $2 numbers of their tries, $3 status, $4 code, $5 time to the next try in ms, $6 how old a notice may become. */
const SETTLE: Statement = {
  name: 'delivery_settle',
  text: `
update slo.delivery d
   set status = case when $3 = 'waiting' and created_at < now() - make_interval(secs => $6::float8 / 1000)
                     then 'dead' else $3 end,
       sending = false,
       last_code = $4,
       next_at = clock_timestamp() + make_interval(secs => $5::float8 / 1000),
       delivered_at = case when $3 = 'delivered' then clock_timestamp() end
  from unnest($1::bigint[], $2::int[]) as c (id, attempt)
 where d.id = c.id and d.attempts = c.attempt and d.status = 'waiting'
returning d.status`,
};

/** Puts off what was behind a try of key $2 that failed; what came later has a try of its own. $3 for how long, in ms. */
const HOLD_BEHIND: Statement = {
  name: 'delivery_hold_behind',
  text: `
update slo.delivery d
   set next_at = greatest(d.next_at, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
 where d.target = $1 and d.dedup_key = $2 and d.status = 'waiting' and d.at_once and not ${IS_LEASED}`,
};

const REMINDED: Statement = {
  name: 'delivery_reminded',
  text: `
update slo.delivery
   set last_code = $2, next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
 where id = $1 and status = 'delivered'`,
};

export function toClaim({ id, target, dedup_key, notice, attempts, started_at }: DeliveryRow): Claim {
  return { id, target, dedupKey: dedup_key, notice, attempt: attempts, startedAt: started_at ?? notice.at };
}

/** Ids and numbers of tries, as two values of a statement. */
export function tries(claims: readonly Claim[]): [ids: string[], attempts: number[]] {
  return [claims.map(({ id }) => id), claims.map(({ attempt }) => attempt)];
}

const ORDER: readonly Settled[] = ['dead', 'waiting', 'delivered'];

/** The rows of the outbox, as those see them who send. No transaction is open while anything is sent. */
export class DeliveryStore implements LaneStore {
  constructor(
    private readonly database: Database,
    private readonly leaseMs: number,
    private readonly giveUpMs: number,
  ) {}

  async claim(target: string, limit: number): Promise<Claim[]> {
    return (await this.database.query<DeliveryRow>(CLAIM, [target, limit, this.leaseMs])).map(toClaim);
  }

  async claimReminders(target: string, limit: number, resolvedForMs: number): Promise<Claim[]> {
    const values = [target, limit, this.leaseMs, resolvedForMs];
    return (await this.database.query<DeliveryRow>(CLAIM_REMINDERS, values)).map(toClaim);
  }

  async settle(claim: Claim, settlement: Settlement): Promise<Settled> {
    return this.settleAll([claim], settlement, { statement: HOLD_BEHIND, values: [claim.target, claim.dedupKey] });
  }

  /**
   * Records how a try of several ended, for all of them or for none, and with a failure what else has to wait: `hold`, which
   * gets the time in ms as its last value.
   * @returns the worst
   */
  async settleAll(
    claims: readonly Claim[],
    { status, code, nextMs }: Settlement,
    hold: { readonly statement: Statement; readonly values: readonly string[] },
  ): Promise<Settled> {
    const ms = Math.round(nextMs);
    return this.database.transaction(async (tx) => {
      const values = [...tries(claims), status, code, ms, this.giveUpMs];
      const rows = await tx.query<{ status: Settled }>(SETTLE, values);
      if (status === 'waiting' && rows.length > 0) await tx.query(hold.statement, [...hold.values, ms]);
      return ORDER.find((each) => rows.some((row) => row.status === each)) ?? 'fenced';
    });
  }

  async reminded({ id }: Claim, code: string, nextMs: number): Promise<void> {
    await this.database.query(REMINDED, [id, code, Math.round(nextMs)]);
  }
}
