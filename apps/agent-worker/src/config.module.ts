import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { WORKER_CONFIG, type WorkerConfig } from './config.token.js';

/** Provides {@link WORKER_CONFIG} to every module. */
@Module({})
export class ConfigModule {
  static forRoot({ worker, service }: Config, instanceId: string): DynamicModule {
    const { shutdownTimeoutMs, shutdownGraceMs } = service;
    const value: WorkerConfig = { ...worker, instanceId, shutdownTimeoutMs, shutdownGraceMs };
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: WORKER_CONFIG, useValue: value }],
      exports: [WORKER_CONFIG],
    };
  }
}
