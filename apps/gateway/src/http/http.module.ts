import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { PublishModule } from '../publish/publish.module.js';
import { RequestLimiter } from './access/request-limiter.service.js';
import { AccountController } from './controllers/account.controller.js';
import { MetricsController } from './controllers/metrics.controller.js';
import { SystemController } from './controllers/system.controller.js';
import { RequestDrain } from './edge/request-drain.service.js';
import { assertEndpointHandlers } from './endpoints/assert-handlers.js';

/** REST controllers, API documents and the web page. */
@Module({
  imports: [AuthModule, PublishModule, DiscoveryModule],
  controllers: [AccountController, SystemController, MetricsController],
  providers: [RequestLimiter, RequestDrain],
})
export class HttpModule implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    assertEndpointHandlers(this.discovery, this.scanner);
  }
}
