import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { HealthRegistry } from '@holdfast/health';
import { LOGGER, type Logger } from '@holdfast/observability';
import { REPORT_STEP, Shutdown } from '@holdfast/shutdown';
import { Database } from './database.js';
import { HealthHistory, type HistoryIdentity } from './health/health-history.js';
import { registerDatabaseChecks } from './health/register-database-checks.js';
import { ShutdownHistory } from './shutdown/shutdown-history.js';

/** The pool closes once calls in flight have ended, and these are bounded by their deadlines. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Provides {@link Database} to every module; registers its health checks and its shutdown step. Connects on first use. */
@Module({})
export class DatabaseModule {
  static forRoot(config: Config['database'], identity: HistoryIdentity): DynamicModule {
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
            const probe = new Database({ ...config, poolMax: 1, applicationName: 'holdfast-health' });
            registerDatabaseChecks(health, database, probe);
            const left = () => database.poolStats().total - database.poolStats().idle;
            const options = { timeoutMs: CLOSE_TIMEOUT_MS, after: [REPORT_STEP], left };
            shutdown.onShutdown('database', { phase: 'resources', ...options }, () =>
              Promise.all([database.close(), probe.close()]),
            );
            return database;
          },
        },
        {
          provide: HealthHistory,
          inject: [Database, HealthRegistry, LOGGER],
          useFactory: (database: Database, health: HealthRegistry, logger: Logger) => {
            const history = new HealthHistory(database, identity, logger);
            health.onTransition((transition) => {
              history.add(transition);
            });
            return history;
          },
        },
        {
          provide: ShutdownHistory,
          inject: [Database, Shutdown, LOGGER],
          useFactory: (database: Database, shutdown: Shutdown, logger: Logger) => {
            const history = new ShutdownHistory(database, identity, logger);
            shutdown.reportTo((report) => history.keep(report));
            return history;
          },
        },
      ],
      exports: [Database, HealthHistory, ShutdownHistory],
    };
  }
}
