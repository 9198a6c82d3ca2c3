import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { Config } from '@holdfast/config';
import { AuthModule } from './auth/auth.module.js';
import { CONFIG } from './config.token.js';
import { HttpModule } from './http/http.module.js';

/** The gateway: sockets and REST over one conversation. */
@Module({})
export class AppModule {
  static register(config: Config): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [AuthModule, HttpModule],
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
