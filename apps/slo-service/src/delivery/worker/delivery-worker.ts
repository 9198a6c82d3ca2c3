import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@holdfast/database';
import type { Logger } from '@holdfast/observability';
import type { StepContext } from '@holdfast/shutdown';
import { RepeatedWork } from '../../background/repeated-work.js';
import type { DeliverySettings } from '../delivery-settings.js';
import { DeliveryLane } from './delivery-lane.js';
import { DeliveryStore } from './delivery-store.js';
import { DeliverySweeper } from './delivery-sweeper.js';
import { GroupStore } from './group-store.js';

/** Parts of the drain's time: until what is being sent is given up, and until nothing is waited for any more. */
const PATIENCE_SHARE = 0.6;
const LAST_SHARE = 0.9;

/** Sends what waits, together with any number of replicas; every notice at least once, in the order of its key. */
export class DeliveryWorker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly lanes: readonly DeliveryLane[];
  private readonly stop = new AbortController();
  private readonly repeated: readonly RepeatedWork[];

  constructor(database: Database, settings: DeliverySettings, logger: Logger) {
    const { times, targets } = settings;
    const single = new DeliveryStore(database, times.leaseMs, times.giveUpMs);
    this.lanes = targets.map((target) => {
      const store = target.groupOf === undefined ? single : new GroupStore(database, single, { ...times, target });
      return new DeliveryLane(target, { store, times, logger, stop: this.stop.signal });
    });
    const sweeper = new DeliverySweeper(database, settings, logger);
    const failed = (error: unknown): void => {
      logger.error({ err: error }, 'alerts are not looked after; trying again');
    };
    this.repeated = [
      ...this.lanes.map((lane) => new RepeatedWork({ everyMs: times.pollMs, work: () => lane.poll(), failed })),
      new RepeatedWork({ everyMs: times.sweepMs, work: () => sweeper.sweep(), failed }),
    ];
  }

  /** Notices that are being sent here. */
  get left(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.left, 0);
  }

  onApplicationBootstrap(): void {
    for (const each of this.repeated) each.start();
  }

  onModuleDestroy(): void {
    this.close();
    this.stop.abort();
  }

  /** Takes no more. */
  close(): void {
    for (const each of this.repeated) void each.stop();
    for (const lane of this.lanes) lane.close();
  }

  /**
   * Ends once nothing is being sent; what takes too long is given up, for another replica to send. What cannot even be
   * given back, because Postgres is slow or away, is left to the end of its lease.
   */
  async drain({ signal, budgetMs }: Pick<StepContext, 'signal' | 'budgetMs'>): Promise<void> {
    this.close();
    const giveUp = (): void => {
      this.stop.abort();
    };
    const patience = setTimeout(giveUp, budgetMs * PATIENCE_SHARE);
    signal.addEventListener('abort', giveUp, { once: true });
    let end: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      end = setTimeout(resolve, budgetMs * LAST_SHARE);
    });
    await Promise.race([
      late,
      Promise.all([...this.lanes.map((lane) => lane.idle()), ...this.repeated.map((each) => each.stop())]),
    ]);
    clearTimeout(patience);
    clearTimeout(end);
    signal.removeEventListener('abort', giveUp);
  }
}
