import type { Database, Statement } from '@holdfast/database';
import type { AlertNotice } from '../alert-notice.js';
import type { Dispatch } from '../payload/dispatch.js';

/** A dispatch that this process may send until the lease ends. */
export interface Claim extends Dispatch {
  /** Number of this try; a later one fences it. */
  readonly attempt: number;
}

/** The outbox of one target, as its lane sees it. */
export interface LaneStore {
  /** Takes what is due for `target`; until the lease ends nobody else does. */
  claim(target: string, limit: number): Promise<Claim[]>;
  /** Takes what `target` has to be reminded of. */
  claimReminders(target: string, limit: number, resolvedForMs: number): Promise<Claim[]>;
  /** Records how a try ended; `fenced` if the row has gone on without it. */
  settle(claim: Claim, settlement: Settlement): Promise<Settlement['status'] | 'fenced'>;
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

export interface DeliveryRow {
  readonly id: string;
  readonly dedup_key: string;
  readonly notice: AlertNotice;
  readonly attempts: number;
  readonly started_at: number | null;
}

/** What is known of the row `d`. */
export const DELIVERY_ROW = `
d.id::text, d.dedup_key, d.notice, d.attempts,
  (select min((e.notice->>'at')::float8) from slo.delivery e
    where e.target = d.target and e.dedup_key = d.dedup_key
      and e.notice->>'incident' = d.notice->>'incident') as started_at`;

/** Only the oldest that waits of each key: a resolve never overtakes its trigger. The lease is `next_at`. */
const CLAIM: Statement = {
  name: 'delivery_claim',
  text: `
with due as (
  select d.id from slo.delivery d
   where d.target = $1 and d.status = 'waiting' and d.next_at <= clock_timestamp()
     and not exists (select from slo.delivery e
                      where e.target = d.target and e.dedup_key = d.dedup_key and e.status = 'waiting' and e.id < d.id)
   order by d.next_at, d.id
   limit $2
   for update skip locked)
update slo.delivery d
   set attempts = d.attempts + 1, next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
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

const SETTLE: Statement = {
  name: 'delivery_settle',
  text: `
update slo.delivery
   set status = case when $3 = 'waiting' and created_at < now() - make_interval(secs => $6::float8 / 1000)
                     then 'dead' else $3 end,
       last_code = $4,
       next_at = clock_timestamp() + make_interval(secs => $5::float8 / 1000),
       delivered_at = case when $3 = 'delivered' then clock_timestamp() end
 where id = $1 and attempts = $2 and status = 'waiting'
returning status`,
};

const REMINDED: Statement = {
  name: 'delivery_reminded',
  text: `
update slo.delivery
   set last_code = $2, next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
 where id = $1 and status = 'delivered'`,
};

export function toClaim({ id, dedup_key, notice, attempts, started_at }: DeliveryRow): Claim {
  return { id, dedupKey: dedup_key, notice, attempt: attempts, startedAt: started_at ?? notice.at };
}

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

  async settle({ id, attempt }: Claim, { status, code, nextMs }: Settlement): Promise<Settlement['status'] | 'fenced'> {
    const values = [id, attempt, status, code, Math.round(nextMs), this.giveUpMs];
    const [row] = await this.database.query<{ status: Settlement['status'] }>(SETTLE, values);
    return row?.status ?? 'fenced';
  }

  async reminded({ id }: Claim, code: string, nextMs: number): Promise<void> {
    await this.database.query(REMINDED, [id, code, Math.round(nextMs)]);
  }
}
