import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { BUILD_VERSION } from '@holdfast/contracts';
import { DatabaseModule } from '@holdfast/database';
import { HealthModule } from '@holdfast/health';
import { MetricsModule, ObservabilityModule, type Logger } from '@holdfast/observability';
import { RedisModule } from '@holdfast/redis';
import { ScalingModule } from '@holdfast/scaling';
import { ShutdownModule } from '@holdfast/shutdown';
import { SloRecorderModule } from '@holdfast/slo-recorder';
import { ConfigModule } from './config.module.js';
import { RunsModule } from './runs/runs.module.js';

export const APP = 'agent-worker';

/** SLOs that a worker has to do with. */
const MEASURES = ['chat-response-time', 'agent-execution', 'database-latency'];

export interface AppOptions {
  readonly config: Config;
  readonly instanceId: string;
  readonly logger: Logger;
}

/** The agent-worker: executes runs, and answers probes. */
@Module({})
export class AppModule {
  static forRoot({ config, instanceId, logger }: AppOptions): DynamicModule {
    const { heartbeatMs } = config.service;
    return {
      module: AppModule,
      imports: [
        ObservabilityModule.forRoot({ app: APP, instanceId, config, logger }),
        ShutdownModule,
        HealthModule.forRoot(config.service),
        MetricsModule,
        DatabaseModule.forRoot(config.database, { app: APP, instanceId }),
        RedisModule.forRoot(config.redis),
        ScalingModule.forRoot({ app: APP, instanceId, version: BUILD_VERSION, heartbeatMs }),
        SloRecorderModule.forRoot({ region: config.service.region, source: instanceId, measures: MEASURES }),
        ConfigModule.forRoot(config, instanceId),
        RunsModule,
      ],
    };
  }
}
