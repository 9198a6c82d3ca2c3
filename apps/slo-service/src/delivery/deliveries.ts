import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '@holdfast/database';
import { lockKey } from './outbox/key-lock.js';

export type DeliveryStatus = 'waiting' | 'delivered' | 'dead' | 'silenced';

/** A notice on its way to a target, without its content. */
export interface Delivery {
  readonly id: string;
  readonly target: string;
  readonly dedupKey: string;
  readonly action: string;
  readonly severity: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly lastCode: string | null;
  /** When it was put on its way, the last time; ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly deliveredAt: string | null;
}

export interface DeliveryQuery {
  readonly status?: DeliveryStatus | undefined;
  /** Rows at most. */
  readonly limit: number;
}

/** `queued` also if it waits already: the same request twice is one. */
export type RetryOutcome = 'queued' | 'not_dead' | 'unknown';

type Row = Omit<Delivery, 'createdAt' | 'deliveredAt'> & {
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
};

const LIST: Statement = {
  name: 'delivery_list',
  text: `
select id::text, target, dedup_key as "dedupKey", action, severity, status, attempts, last_code as "lastCode",
       created_at as "createdAt", delivered_at as "deliveredAt"
  from slo.delivery d
 where $1::text is null or d.status = $1
 order by d.id desc
 limit $2`,
};

const FIND: Statement = {
  name: 'delivery_find',
  text: `select dedup_key, status from slo.delivery where id = $1::bigint`,
};

/**
 * What followed it in its incident is sent again after it: a trigger alone would open what nobody closes, or bring an old
 * severity back. A try that is under way is fenced by the higher number. Somebody waits for it: it waits for nothing.
 */
const RETRY: Statement = {
  name: 'delivery_retry',
  text: `
update slo.delivery d
   set status = 'waiting', attempts = d.attempts + 1, sending = false, at_once = true, next_at = now(), created_at = now()
  from slo.delivery dead
 where dead.id = $1::bigint and dead.status = 'dead' and d.target = dead.target and d.dedup_key = dead.dedup_key
   and d.id >= dead.id and d.notice->>'incident' = dead.notice->>'incident' and d.status <> 'silenced'`,
};

const MAX_ID = 9_223_372_036_854_775_807n;

function isId(id: string): boolean {
  return /^\d{1,19}$/.test(id) && BigInt(id) <= MAX_ID;
}

/** The notices on their way, for people: what became of them, and another try for those that were given up. */
@Injectable()
export class Deliveries {
  constructor(private readonly database: Database) {}

  /** The newest ones first. */
  async list({ status, limit }: DeliveryQuery): Promise<Delivery[]> {
    const rows = await this.database.query<Row>(LIST, [status ?? null, limit]);
    return rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      deliveredAt: row.deliveredAt?.toISOString() ?? null,
    }));
  }

  /** Puts a dead notice on its way again, and with it what followed it in its incident. */
  async retry(id: string): Promise<RetryOutcome> {
    if (!isId(id)) return 'unknown';
    return this.database.transaction(async (tx) => {
      const [found] = await tx.query<{ dedup_key: string }>(FIND, [id]);
      if (found === undefined) return 'unknown';
      await lockKey(tx, found.dedup_key);
      const [row] = await tx.query<{ status: DeliveryStatus }>(FIND, [id]);
      if (row?.status !== 'dead') return row?.status === 'waiting' ? 'queued' : 'not_dead';
      await tx.query(RETRY, [id]);
      return 'queued';
    });
  }
}
