import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '@holdfast/health';
import { SocketOutputs } from '../session/socket-outputs.service.js';
import { CommandWindow } from './command-window.js';
import { errors, outbound, performanceOf } from './websocket-reports.js';

/** Registers the checks of what goes over the chat sockets: errors, performance and waiting output. */
@Injectable()
export class WebSocketChecks implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly outputs: SocketOutputs,
    private readonly commands: CommandWindow,
  ) {}

  onModuleInit(): void {
    const own = { resource: 'own' } as const;
    // A share of failed commands follows whatever they need; that alone must not take an instance out of traffic.
    this.registry.register('websocket.errors', () => Promise.resolve(errors(this.commands.summary())));
    this.registry.register('websocket.performance', () => Promise.resolve(performanceOf(this.commands.summary())), own);
    this.registry.register('websocket.outbound', () => Promise.resolve(outbound(this.outputs.bytes)), own);
  }
}
