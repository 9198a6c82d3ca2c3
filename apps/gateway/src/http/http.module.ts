import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { PublishModule } from '../publish/publish.module.js';
import { RequestLimiter } from './access/request-limiter.service.js';
import { AccountController } from './controllers/account.controller.js';
import { ClientErrorRetention } from './client-errors/client-error-retention.service.js';
import { ClientErrorStore } from './client-errors/client-error-store.service.js';
import { ClientErrorController } from './controllers/client-error.controller.js';
import { DirectoryController } from './controllers/directory.controller.js';
import { ErasureController } from './controllers/erasure.controller.js';
import { HistoryController } from './controllers/history.controller.js';
import { MemberController } from './controllers/member.controller.js';
import { MetricsController } from './controllers/metrics.controller.js';
import { ShutdownController } from './controllers/shutdown.controller.js';
import { SloController } from './controllers/slo.controller.js';
import { SystemController } from './controllers/system.controller.js';
import { ThreadController } from './controllers/thread.controller.js';
import { RequestDrain } from './edge/request-drain.service.js';
import { assertEndpointHandlers } from './endpoints/assert-handlers.js';
import { SessionEnder } from './erasure/session-ender.service.js';
import { SloReports } from './slo/slo-reports.service.js';
import { ExportStreams } from './export/export-streams.service.js';

/** REST controllers, API documents and the web page. */
@Module({
  imports: [AuthModule, PublishModule, DiscoveryModule],
  controllers: [
    AccountController,
    ThreadController,
    MemberController,
    HistoryController,
    DirectoryController,
    ErasureController,
    SystemController,
    ShutdownController,
    SloController,
    MetricsController,
    ClientErrorController,
  ],
  providers: [
    ClientErrorStore,
    ClientErrorRetention,
    RequestLimiter,
    RequestDrain,
    SloReports,
    ExportStreams,
    SessionEnder,
  ],
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
