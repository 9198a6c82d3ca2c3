import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { HealthRegistry } from '@holdfast/health';
import { LOGGER, metrics, type Logger } from '@holdfast/observability';
import { Shutdown } from '@holdfast/shutdown';
import { Database } from './database.js';

/** The pool closes once calls in flight have ended, and these are bounded by their deadlines. */
const CLOSE_TIMEOUT_MS = 5_000;

function observePool(database: Database): void {
  const { total, idle, waiting } = database.poolStats();
  const gauge = metrics.gauge('holdfast_database_pool');
  gauge.set({ state: 'busy' }, total - idle);
  gauge.set({ state: 'idle' }, idle);
  gauge.set({ state: 'waiting' }, waiting);
}

/** Provides {@link Database} to every module; registers its health check and its shutdown step. Connects on first use. */
@Module({})
export class DatabaseModule {
  static forRoot(config: Config['database']): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: Database,
          inject: [LOGGER, HealthRegistry, Shutdown],
          useFactory: (logger: Logger, health: HealthRegistry, shutdown: Shutdown) => {
            const database = new Database({
              ...config,
              onConnectionLost: (err) => {
                logger.warn({ err }, 'database connection lost');
              },
            });
            health.register('database', async () => {
              observePool(database);
              await database.ping();
              return 'up';
            });
            shutdown.onShutdown('database', { phase: 'resources', timeoutMs: CLOSE_TIMEOUT_MS }, () =>
              database.close(),
            );
            return database;
          },
        },
      ],
      exports: [Database],
    };
  }
}
