import { Module, type DynamicModule } from '@nestjs/common';
import { createLogger, LOGGER, type Logger } from './logger.js';
import { metrics } from './metrics.js';

export interface ObservabilityOptions {
  readonly app: string;
  readonly instanceId: string;
  readonly config: { readonly service: { readonly logLevel: string; readonly logPretty: boolean } };
  /** The logger that the app made before Nest booted; by default a new one. */
  readonly logger?: Logger;
}

/** Provides `LOGGER` to every module and starts the runtime's metrics. */
@Module({})
export class ObservabilityModule {
  static forRoot(options: ObservabilityOptions): DynamicModule {
    const { app, instanceId } = options;
    const { logLevel: level, logPretty: pretty } = options.config.service;
    const logger = options.logger ?? createLogger({ app, instanceId, level, pretty });
    metrics.collectRuntime();
    return {
      module: ObservabilityModule,
      global: true,
      providers: [{ provide: LOGGER, useValue: logger }],
      exports: [LOGGER],
    };
  }
}
