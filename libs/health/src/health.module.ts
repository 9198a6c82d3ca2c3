import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ShutdownModule } from '@holdfast/shutdown';
import { HEALTH_SETTINGS, healthSettings, type HealthConfig } from './health-settings.js';
import { HealthRegistry } from './health.registry.js';
import { DeepHealth } from './http/deep-health.service.js';
import { HealthController } from './http/health.controller.js';
import { ProbeService } from './http/probe.service.js';
import { ProcessChecks } from './process/process-checks.service.js';

/** Background samples of every registered check, checks of the process itself, and the endpoints under /health. */
@Module({})
export class HealthModule {
  static forRoot(config: HealthConfig): DynamicModule {
    return {
      module: HealthModule,
      global: true,
      imports: [TerminusModule.forRoot({ logger: false }), ShutdownModule],
      controllers: [HealthController],
      providers: [
        { provide: HEALTH_SETTINGS, useValue: healthSettings(config) },
        HealthRegistry,
        ProbeService,
        DeepHealth,
        ProcessChecks,
      ],
      exports: [HealthRegistry],
    };
  }
}
