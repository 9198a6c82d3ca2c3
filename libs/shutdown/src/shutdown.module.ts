import { Global, Module } from '@nestjs/common';
import { Shutdown } from './shutdown.service.js';

/** Provides the process's one `Shutdown` to every module. */
@Global()
@Module({ providers: [Shutdown], exports: [Shutdown] })
export class ShutdownModule {}
