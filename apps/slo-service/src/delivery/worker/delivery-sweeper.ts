import type { Database, Statement } from '@holdfast/database';
import { metrics, type Logger } from '@holdfast/observability';
import { kindOf, type DeliverySettings } from '../delivery-settings.js';
import { lockKey } from '../outbox/key-lock.js';
import {
  BACKLOG,
  EXPIRE,
  HUSH,
  HUSH_ENDS,
  HUSHED_KEYS,
  MUTED_KEYS,
  STRANDED_KEYS,
  TO_FALLBACK,
  UNMUTE,
} from './sweep-statements.js';

interface Key {
  readonly dedup_key: string;
}

/** Finds what time alone has changed: silences that begin or are over, critical notices that are stuck, notices that are too old. */
export class DeliverySweeper {
  private wasAway = false;

  constructor(
    private readonly database: Database,
    private readonly settings: DeliverySettings,
    private readonly logger: Logger,
  ) {}

  /** Looks once. Any number of replicas may do so at the same time. Never throws. */
  async sweep(): Promise<void> {
    try {
      await this.beginSilences();
      await this.endSilences();
      await this.callFallback();
      await this.database.query(EXPIRE, [this.settings.times.giveUpMs]);
      await this.measure();
      this.wasAway = false;
    } catch (error) {
      this.logger[this.wasAway ? 'debug' : 'warn']({ err: error }, 'overdue alerts cannot be looked for');
      this.wasAway = true;
    }
  }

  /** What waits is held back; for its targets it is as if it had been silenced before it was written. */
  private async beginSilences(): Promise<void> {
    for (const { dedup_key } of await this.database.query<Key>(HUSHED_KEYS)) {
      const hushed = await this.database.transaction(async (tx) => {
        await lockKey(tx, dedup_key);
        const triggers = await tx.query<{ target: string }>(HUSH, [dedup_key]);
        return [...triggers, ...(await tx.query<{ target: string }>(HUSH_ENDS, [dedup_key]))];
      });
      for (const { target } of hushed) {
        const labels = { target: kindOf(this.settings, target), outcome: 'silenced' };
        metrics.counter('holdfast_alert_deliveries_total').inc(labels);
      }
    }
  }

  /** An alert that still fires when its silence ends is told of then. */
  private async endSilences(): Promise<void> {
    for (const { dedup_key } of await this.database.query<Key>(MUTED_KEYS)) {
      await this.asOnlyWriter(dedup_key, UNMUTE, [dedup_key]);
    }
  }

  private async callFallback(): Promise<void> {
    const { targets, fallback, times } = this.settings;
    if (fallback === undefined) return;
    const names = targets
      .filter(({ name, reachesPeople }) => reachesPeople && name !== fallback)
      .map(({ name }) => name);
    const values = [names, fallback, times.fallbackMs, times.giveUpMs];
    for (const { dedup_key } of await this.database.query<Key>(STRANDED_KEYS, values)) {
      await this.asOnlyWriter(dedup_key, TO_FALLBACK, [...values, dedup_key]);
      this.logger.error(
        { dedupKey: dedup_key, fallback },
        'a critical alert is not delivered: the fallback gets it too',
      );
    }
  }

  private asOnlyWriter(dedupKey: string, statement: Statement, values: readonly unknown[]): Promise<void> {
    return this.database.transaction(async (tx) => {
      await lockKey(tx, dedupKey);
      await tx.query(statement, values);
    });
  }

  private async measure(): Promise<void> {
    const [row] = await this.database.query<{ waiting: number; oldest_s: number }>(BACKLOG);
    metrics.gauge('holdfast_alert_waiting').set(row?.waiting ?? 0);
    metrics.gauge('holdfast_alert_oldest_waiting_seconds').set(row?.oldest_s ?? 0);
  }
}
