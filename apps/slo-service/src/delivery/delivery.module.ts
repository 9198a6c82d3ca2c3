import { Module, type DynamicModule } from '@nestjs/common';
import { Database } from '@holdfast/database';
import { LOGGER, type Logger } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { ALERT_CALLBACKS, type AlertCallback } from './alert-callback.js';
import { Deliveries } from './deliveries.js';
import { DELIVERY_TIMES, type DeliveryOptions } from './delivery-options.js';
import { DeliveryOutbox } from './delivery-outbox.js';
import { DeliveryRetention } from './worker/delivery-retention.js';
import { DELIVERY_SETTINGS, type DeliverySettings } from './delivery-settings.js';
import { configuredTargets } from './targets/configured-targets.js';
import { DeliveryWorker } from './worker/delivery-worker.js';

/** Share of a shutdown that waits for sends under way, and its bound in ms. */
const DRAIN_SHARE = 0.2;
const MAX_DRAIN_MS = 12_000;

function settingsOf(options: DeliveryOptions, logger: Logger, callbacks: readonly AlertCallback[]): DeliverySettings {
  const { environment, region, alerts, shutdownTimeoutMs } = options;
  const { groupWaitMs, groupIntervalMs, repeatIntervalMs: repeatMs } = alerts;
  const times = { ...DELIVERY_TIMES, groupWaitMs, groupIntervalMs, repeatMs, ...options.times };
  return {
    targets: configuredTargets(options, { callbacks, times, logger }),
    fallback: alerts.fallback === 'none' ? undefined : alerts.fallback,
    scope: `${environment}/${region}`,
    times,
    drainMs: Math.min(MAX_DRAIN_MS, shutdownTimeoutMs * DRAIN_SHARE),
  };
}

/**
 * Delivery of alerts by an outbox in Postgres. `DeliveryOutbox` takes notices in the caller's transaction; a worker sends
 * them. Callbacks come from {@link ALERT_CALLBACKS}, where a global module provides them.
 */
@Module({})
export class DeliveryModule {
  static forRoot(options: DeliveryOptions): DynamicModule {
    return {
      module: DeliveryModule,
      providers: [
        {
          provide: DELIVERY_SETTINGS,
          inject: [LOGGER, { token: ALERT_CALLBACKS, optional: true }],
          useFactory: (logger: Logger, callbacks: readonly AlertCallback[] = []) =>
            settingsOf(options, logger, callbacks),
        },
        {
          provide: DeliveryWorker,
          inject: [Database, DELIVERY_SETTINGS, LOGGER, Shutdown],
          useFactory: (database: Database, settings: DeliverySettings, logger: Logger, shutdown: Shutdown) => {
            const worker = new DeliveryWorker(database, settings, logger);
            shutdown.onShutdown('stop alerts', { phase: 'mark', timeoutMs: 100 }, () => {
              worker.close();
            });
            const left = () => worker.left;
            const options = { phase: 'requests', timeoutMs: settings.drainMs, left } as const;
            shutdown.onShutdown('alerts', options, (context) => worker.drain(context));
            return worker;
          },
        },
        DeliveryOutbox,
        Deliveries,
        DeliveryRetention,
      ],
      exports: [DeliveryOutbox, Deliveries],
    };
  }
}
