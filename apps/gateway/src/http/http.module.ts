import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';

/** REST controllers, API documents and the web page. */
@Module({ imports: [AuthModule] })
export class HttpModule {}
