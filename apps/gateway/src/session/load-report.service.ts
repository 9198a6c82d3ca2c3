import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InstanceRegistry } from '@holdfast/scaling';
import { LiveSessions } from './live-sessions.service.js';
import { SocketOutputs } from './socket-outputs.service.js';

/** Tells the other instances how much this one carries. */
@Injectable()
export class LoadReport implements OnModuleInit {
  constructor(
    private readonly registry: InstanceRegistry,
    private readonly sessions: LiveSessions,
    private readonly outputs: SocketOutputs,
  ) {}

  onModuleInit(): void {
    this.registry.reportLoad(() => ({ connections: this.sessions.count, outboundBytes: this.outputs.bytes }));
  }
}
