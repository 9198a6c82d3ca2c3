import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { assertCommandHandlers } from './command/assert-command-handlers.js';
import { CommandDispatcher } from './command/command-dispatcher.service.js';
import { HandshakeGate } from './edge/handshake-gate.service.js';
import { CapacityCheck } from './health/capacity-check.service.js';
import { CommandWindow } from './health/command-window.js';
import { SelfProbe } from './health/self-probe.service.js';
import { WebSocketChecks } from './health/web-socket-checks.service.js';
import { messageProviders } from './message/message.providers.js';
import { presenceProviders } from './presence/presence.providers.js';
import { PublishModule } from './publish/publish.module.js';
import { runProviders } from './run/run.providers.js';
import { sessionProviders } from './session/session.providers.js';
import { LiveSessions } from './session/live-sessions.service.js';
import { SystemGateway } from './system/system.gateway.js';
import { MembersHintController } from './thread/members-hint.controller.js';
import { threadProviders } from './thread/thread.providers.js';

/** Everything behind the chat sockets. */
@Module({
  imports: [AuthModule, PublishModule, DiscoveryModule],
  controllers: [MembersHintController],
  providers: [
    HandshakeGate,
    CommandDispatcher,
    { provide: CommandWindow, useFactory: () => new CommandWindow() },
    CapacityCheck,
    SelfProbe,
    WebSocketChecks,
    SystemGateway,
    ...sessionProviders,
    ...threadProviders,
    ...messageProviders,
    ...runProviders,
    ...presenceProviders,
  ],
  exports: [HandshakeGate, CommandDispatcher, LiveSessions],
})
export class ChatModule implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    assertCommandHandlers(this.discovery, this.scanner);
  }
}
