import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER, type Logger } from '@holdfast/observability';
import { RpcClient } from '@holdfast/redis';
import { Shutdown } from '@holdfast/shutdown';
import { installRecorder } from './current-recorder.js';
import { SloClient } from './slo-client.js';
import { SloConnection, type SloConnectionOptions } from './slo-connection.js';
import { SloRecorder } from './slo-recorder.js';
import { SloReporter, type Reporter } from './slo-reporter.js';

/** Longest goodbye, in ms. */
const FAREWELL_MS = 1_000;

export interface SloRecorderOptions extends Reporter {
  /** Ids of the SLOs that this app measures, whether or not anything happens. */
  readonly measures: readonly string[];
}

/**
 * One recorder for the process, whose counts go to the SLO service over Nest's Redis transport, and a client of the
 * service's answers.
 */
@Module({})
export class SloRecorderModule {
  /**
   * For a service of any repository: needs no other module, and opens a Redis connection of its own, to one Redis, by
   * Sentinel or to a Cluster. Boot does not wait for it.
   * @throws AppError `invalid` while the application is created, if the options cannot be connected by
   */
  static connect(options: SloConnectionOptions): DynamicModule {
    const inject = [SloConnection];
    return {
      module: SloRecorderModule,
      global: true,
      providers: [
        { provide: SloConnection, useFactory: () => new SloConnection(options) },
        { provide: SloClient, inject, useFactory: ({ client }: SloConnection) => client },
        { provide: SloRecorder, inject, useFactory: ({ recorder }: SloConnection) => recorder },
      ],
      exports: [SloRecorder, SloClient],
    };
  }

  /** For our own apps: needs `ObservabilityModule`, `ShutdownModule` and `RedisModule`. */
  static forRoot({ region, source, measures }: SloRecorderOptions): DynamicModule {
    return {
      module: SloRecorderModule,
      global: true,
      providers: [
        { provide: SloClient, inject: [RpcClient], useFactory: (rpc: RpcClient) => new SloClient(rpc) },
        {
          provide: SloRecorder,
          inject: [RpcClient, LOGGER, Shutdown],
          useFactory: (rpc: RpcClient, logger: Logger, shutdown: Shutdown) => {
            const recorder = new SloRecorder();
            for (const slo of measures) recorder.declare(slo);
            const reporter = new SloReporter({ region, source }, { recorder, rpc, logger });
            const uninstall = installRecorder(recorder);
            reporter.start();
            // A service that is away fails nobody's shutdown; what is lost is in the ledger, as an epoch without an end.
            shutdown.onShutdown(
              'slo-recorder',
              { phase: 'resources', timeoutMs: FAREWELL_MS * 2 },
              async ({ budgetMs }) => {
                uninstall();
                const isComplete = await reporter.stop(Math.min(FAREWELL_MS, budgetMs / 3));
                if (!isComplete) logger.warn('the last slo report was not taken');
              },
            );
            return recorder;
          },
        },
      ],
      exports: [SloRecorder, SloClient],
    };
  }
}
