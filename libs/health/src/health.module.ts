import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ShutdownModule } from '@holdfast/shutdown';
import { HealthController } from './health.controller.js';
import { HealthRegistry } from './health.registry.js';
import { ProbeService } from './probe.service.js';

/** Background samples of every registered check, and the probe endpoints under /health. */
@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), ShutdownModule],
  controllers: [HealthController],
  providers: [HealthRegistry, ProbeService],
  exports: [HealthRegistry],
})
export class HealthModule {}
