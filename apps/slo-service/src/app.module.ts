import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { DatabaseModule } from '@holdfast/database';
import { HealthModule } from '@holdfast/health';
import { MetricsModule, ObservabilityModule, type Logger } from '@holdfast/observability';
import { RedisModule } from '@holdfast/redis';
import { ScalingModule } from '@holdfast/scaling';
import { ShutdownModule } from '@holdfast/shutdown';
import { SloRecorderModule } from '@holdfast/slo-recorder';
import { IDENTITY, type Identity } from './identity.js';
import { SloModule } from './slo.module.js';
import { ServiceInfoController } from './service-info.controller.js';

export interface AppOptions {
  readonly config: Config;
  readonly identity: Identity;
  readonly logger: Logger;
}

@Module({})
export class AppModule {
  static forRoot({ config, identity, logger }: AppOptions): DynamicModule {
    const { app, instanceId, version } = identity;
    return {
      module: AppModule,
      imports: [
        ObservabilityModule.forRoot({ app, instanceId, config, logger }),
        ShutdownModule,
        HealthModule.forRoot(config.service),
        MetricsModule,
        DatabaseModule.forRoot(config.database, { app, instanceId }),
        RedisModule.forRoot(config.redis),
        ScalingModule.forRoot({ app, instanceId, version, heartbeatMs: config.service.heartbeatMs }),
        SloRecorderModule.forRoot({
          region: config.service.region,
          source: instanceId,
          measures: ['database-latency'],
        }),
        SloModule.forRoot({
          environment: config.service.environment,
          region: config.service.region,
          alerts: config.alerts,
          shutdownTimeoutMs: config.service.shutdownTimeoutMs,
        }),
      ],
      controllers: [ServiceInfoController],
      providers: [{ provide: IDENTITY, useValue: identity }],
    };
  }
}
