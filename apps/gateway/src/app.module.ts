import { Module, type DynamicModule } from '@nestjs/common';
import { BUILD_VERSION } from '@holdfast/contracts';
import type { Config } from '@holdfast/config';
import { DatabaseModule } from '@holdfast/database';
import { HealthModule } from '@holdfast/health';
import { ObservabilityModule, type Logger } from '@holdfast/observability';
import { RedisModule } from '@holdfast/redis';
import { ScalingModule } from '@holdfast/scaling';
import { ShutdownModule } from '@holdfast/shutdown';
import { SloRecorderModule } from '@holdfast/slo-recorder';
import { ChatModule } from './chat.module.js';
import { CONFIG } from './config.token.js';
import { GATEWAY_SELF, sessionLimits, type GatewaySelf } from './gateway-self.js';
import { HttpModule } from './http/http.module.js';

const APP = 'gateway';

/** SLOs that a gateway has to do with. */
const MEASURES = ['websocket-uptime', 'error-rate', 'database-latency'];

export interface AppOptions {
  readonly config: Config;
  readonly instanceId: string;
  readonly logger: Logger;
}

/** The gateway: sockets and REST over one conversation. */
@Module({})
export class AppModule {
  static register({ config, instanceId, logger }: AppOptions): DynamicModule {
    const { heartbeatMs } = config.service;
    const self: GatewaySelf = { instanceId, version: BUILD_VERSION, limits: sessionLimits(config) };
    return {
      module: AppModule,
      global: true,
      imports: [
        ObservabilityModule.forRoot({ app: APP, instanceId, config, logger }),
        ShutdownModule,
        HealthModule.forRoot(config.service),
        DatabaseModule.forRoot(config.database, { app: APP, instanceId }),
        RedisModule.forRoot(config.redis),
        ScalingModule.forRoot({ app: APP, instanceId, version: BUILD_VERSION, heartbeatMs }),
        SloRecorderModule.forRoot({ region: config.service.region, source: instanceId, measures: MEASURES }),
        ChatModule,
        HttpModule,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: GATEWAY_SELF, useValue: self },
      ],
      exports: [CONFIG, GATEWAY_SELF],
    };
  }
}
